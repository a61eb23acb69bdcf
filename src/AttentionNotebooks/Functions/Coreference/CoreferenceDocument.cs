namespace AttentionNotebooks;

/// <summary>What kind of expression mentions an entity.</summary>
public enum MentionType
{
    /// <summary>A pronoun: she, its.</summary>
    Pronoun,

    /// <summary>A name.</summary>
    Proper,

    /// <summary>Anything else: the old house.</summary>
    Nominal,
}

/// <summary>An expression that mentions an entity.</summary>
/// <param name="First">Its first word, counted from 0 in the document.</param>
/// <param name="Last">Its last word.</param>
/// <param name="Head">Its head word, one of these.</param>
/// <param name="Entity">Who or what: mentions of one entity corefer.</param>
/// <param name="Type">What kind of expression it is.</param>
public sealed record Mention(int First, int Last, int Head, string Entity, MentionType Type);

/// <summary>A text with its mentions.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Mentions">Its mentions, in the order of their first words.</param>
public sealed record CoreferenceDocument(string Id, IReadOnlyList<string> Words, IReadOnlyList<Mention> Mentions)
{
    /// <summary>The mentions that another one can refer back to: those that end before it begins.</summary>
    public IEnumerable<Mention> Before(Mention mention) => Mentions.Where(m => m.Last < mention.First);

    /// <summary>The mentions that have an antecedent: one before them of the same entity.</summary>
    public IEnumerable<Mention> Anaphors => Mentions.Where(m => Before(m).Any(c => c.Entity == m.Entity));
}
