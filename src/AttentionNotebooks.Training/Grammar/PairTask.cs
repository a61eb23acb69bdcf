namespace AttentionNotebooks.Training;

/// <summary>Does the first sentence entail the second? The second states the same facts in the other voice, or fewer of
/// them, or it swaps the roles, turns the polarity, or adds what the first does not say.</summary>
internal static partial class PairTask
{
    private static readonly string[] Verbs =
        ["help", "thank", "greet", "visit", "invite", "warn", "praise", "blame", "follow", "watch", "chase", "find", "attack", "admire",
            "teach", "surprise"];

    private static readonly IReadOnlyList<Noun> People =
        [.. Lexicon.AllNouns.Where(n => n.Class == NounClass.Person && n.Plural is not null)];
    private static readonly IReadOnlyList<Noun> Places = [.. Lexicon.AllNouns.Where(n => n.Class is NounClass.Place)];

    /// <summary>Somebody, perhaps with an adjective, perhaps with another one.</summary>
    private sealed record Party(Noun Noun, bool Plural, Adjective? Adjective, Party? And);

    private sealed record Fact(Party Agent, Verb Verb, Party Patient, string? Preposition, Noun? Place, bool Negative);

    /// <summary>Rows of one split, entailed and not by turns.</summary>
    public static IEnumerable<string[]> Generate(Dice dice, int rows, HashSet<string> taken)
    {
        for (int row = 0; row < rows;)
        {
            bool entailed = row % 2 == 0;
            var premise = Draw(dice);
            var (second, construction) = entailed ? Entailed(dice, premise) : Other(dice, premise);
            bool passive = dice.Chance(0.5), otherVoice = construction == "voice" || dice.Chance(0.5);
            string first = Sentence(premise, passive), then = Sentence(second, passive != otherVoice);
            if (first == then || taken.Contains(first.ToLowerInvariant()) || taken.Contains(then.ToLowerInvariant())) continue;
            taken.Add(first.ToLowerInvariant());
            taken.Add(then.ToLowerInvariant());
            row++;
            yield return [first, then, entailed ? "entailment" : "not_entailment", construction];
        }
    }

    private static (Fact, string) Entailed(Dice dice, Fact fact)
    {
        // What is denied of somebody with an adjective or at a place is not denied of all: a denial keeps its words.
        if (fact.Negative || dice.Chance(0.4)) return (fact, "voice");
        var less = dice.Below(3) switch
        {
            0 => fact with { Agent = Less(fact.Agent), Patient = Less(fact.Patient) },
            1 => fact with { Preposition = null, Place = null },
            _ => fact with { Agent = Less(fact.Agent), Preposition = null, Place = null },
        };
        return (less, less == fact ? "voice" : "dropped");
    }

    private static (Fact, string) Other(Dice dice, Fact fact) => dice.Below(4) switch
    {
        0 => (fact with { Agent = fact.Patient, Patient = fact.Agent }, "swapped"),
        1 => (fact with { Negative = !fact.Negative }, "polarity"),
        // A denial entails the same denial with more words, so nothing is added to one.
        2 when !fact.Negative => (Added(dice, fact), "added"),
        _ => (fact with { Agent = fact.Patient, Patient = fact.Agent, Place = null, Preposition = null }, "swapped"),
    };

    private static Party Less(Party party) => party.And is not null ? party with { And = null } : party with { Adjective = null };

    private static Fact Added(Dice dice, Fact fact)
    {
        // Not the same words with more of them only: something else may go away at the same time.
        var added = dice.Below(3) switch
        {
            0 when fact.Agent.Adjective is null => fact with { Agent = fact.Agent with { Adjective = Describing(dice) } },
            1 when fact.Patient.Adjective is null => fact with { Patient = fact.Patient with { Adjective = Describing(dice) } },
            _ => fact with
            {
                Preposition = dice.Pick(["in", "near", "behind", "outside"]),
                Place = dice.Pick(Places.Where(p => p != fact.Place).ToList())
            },
        };
        return added;
    }

    private static Fact Draw(Dice dice)
    {
        var agent = Someone(dice, []);
        var patient = Someone(dice, agent.And is null ? [agent.Noun] : [agent.Noun, agent.And.Noun]);
        var verb = VerbOf(dice.Pick(Verbs));
        var place = dice.Chance(0.55) ? dice.Pick(Places) : null;
        return new Fact(agent, verb, patient, place is null ? null
            : dice.Pick(["in", "near", "behind", "outside"]), place, dice.Chance(0.4));
    }

    private static Verb VerbOf(string lemma) =>
        Lexicon.ByFrame[Frame.Transitive].First(v => v.Lemma == lemma && v.Objects.Contains(NounClass.Person));

    private static Party Someone(Dice dice, Noun[] but)
    {
        var free = People.Where(p => !but.Contains(p)).ToList();
        var noun = dice.Pick(free);
        var and = dice.Chance(0.25) ? new Party(dice.Pick(free.Where(p => p != noun).ToList()), dice.Chance(0.4), null, null) : null;
        return new Party(noun, dice.Chance(0.4), dice.Chance(0.4) ? Describing(dice) : null, and);
    }

    private static Adjective Describing(Dice dice) => dice.Pick(Lexicon.AdjectivesOf[NounClass.Person].Where(a => a.Rank <= 2).ToList());

    private static string Sentence(Fact fact, bool passive)
    {
        var phrase = new Phrase(VerbForms.Verb(fact.Verb, VerbForm.Past, Agreement.Singular));
        var (first, second) = passive ? (fact.Patient, fact.Agent) : (fact.Agent, fact.Patient);
        if (passive) phrase.Right("obl:agent", Name(second).Left("case", Words.Preposition("by")));
        else phrase.Right("obj", Name(second));
        if (fact.Place is not null)
            phrase.Right("obl", new Phrase(Words.Noun(fact.Place, false)).Left("det", Words.Determiner("the", false))
                .Left("case", Words.Preposition(fact.Preposition!)));
        var clause = SentenceGrammar.Finite(new Predicate(phrase, fact.Verb) { IsPassive = passive }, Name(first),
            new Agreement(first.Plural || first.And is not null, 3), new Shape(Past: true, Negative: fact.Negative));
        return SentenceTree.Of(clause, ".").Text;
    }

    private static Phrase Name(Party party)
    {
        var noun = new Phrase(Words.Noun(party.Noun, party.Plural));
        if (party.Adjective is not null) noun.Left("amod", Words.Adjective(party.Adjective));
        noun.Left("det", Words.Determiner("the", party.Plural));
        return party.And is null ? noun : noun.Right("conj", Name(party.And).Left("cc", Words.Conjunction("and")));
    }
}
