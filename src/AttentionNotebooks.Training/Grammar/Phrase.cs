namespace AttentionNotebooks.Training;

/// <summary>A head word with what depends on it, in order. Phrases grow outwards only, so every tree is projective.</summary>
internal sealed class Phrase(Word head)
{
    private readonly LinkedList<Word> _words = new([head]);

    public Word Head { get; } = head;

    public IEnumerable<Word> Words => _words;

    /// <summary>Puts a dependent to the left of all that is there.</summary>
    public Phrase Left(string relation, Phrase dependent)
    {
        dependent.Head.DependOn(Head, relation);
        for (var node = dependent._words.Last; node is not null; node = node.Previous) _words.AddFirst(node.Value);
        return this;
    }

    /// <summary>Puts a dependent to the right of all that is there.</summary>
    public Phrase Right(string relation, Phrase dependent)
    {
        dependent.Head.DependOn(Head, relation);
        foreach (var word in dependent._words) _words.AddLast(word);
        return this;
    }

    public Phrase Left(string relation, Word dependent) => Left(relation, new Phrase(dependent));

    public Phrase Right(string relation, Word dependent) => Right(relation, new Phrase(dependent));
}
