using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Training;

/// <summary>Subject–verb agreement as a masked-token task, after Linzen et al. 2016 and Goldberg 2019: the nouns between
/// subject and verb that have the other number are attractors.</summary>
internal static class AgreementTask
{
    public const int PerAttractors = 440;

    private static readonly (double, Between)[] WithNouns =
        [(0.4, Between.Prepositional), (0.26, Between.SubjectRelative), (0.26, Between.ObjectRelative), (0.08, Between.Coordination)];

    /// <summary>The items; half of the subjects are plural for each number of attractors.</summary>
    /// <param name="seed">Decides every item.</param>
    /// <param name="taken">Lower-cased sentences that must not come again; the items' are added, with either form of the verb.</param>
    public static IEnumerable<(int Attractors, AgreementSentence Sentence)> Generate(int seed, HashSet<string> taken)
    {
        var dice = new Dice(seed + 101);
        for (int attractors = 0; attractors <= 3; attractors++)
            for (int item = 0; item < PerAttractors;)
            {
                var sentence = Draw(dice, attractors, plural: item % 2 == 1);
                string right = sentence.Tree.Text.ToLowerInvariant(), wrong = With(sentence, sentence.Wrong).ToLowerInvariant();
                if (taken.Contains(right) || taken.Contains(wrong)) continue;
                taken.Add(right);
                taken.Add(wrong);
                item++;
                yield return (attractors, sentence);
            }
    }

    public static string Write(int seed, HashSet<string> taken)
    {
        var text = new StringBuilder("id\tsentence\tright\twrong\tattractors\tintervening\tsubject_number\tconstruction\n");
        int number = 0;
        foreach (var (attractors, item) in Generate(seed, taken))
            text.Append(CultureInfo.InvariantCulture,
                $"agreement-{++number:0000}\t{With(item, "[MASK]")}\t{item.Target.Form}\t{item.Wrong}\t{attractors}\t"
                    + $"{Intervening(item)}\t{(item.Plural ? "plural" : "singular")}\t{Name(item.Construction)}\n");
        return text.ToString();
    }

    /// <summary>The sentence with another form, or the mask, in the verb's place.</summary>
    public static string With(AgreementSentence item, string form)
    {
        string right = item.Target.Form;
        item.Target.Form = form;
        string text = SentenceTree.Join(item.Tree.Words);
        item.Target.Form = right;
        return text;
    }

    public static string Name(Between construction) => construction switch
    {
        Between.Prepositional => "pp",
        Between.SubjectRelative => "subject-relative",
        Between.ObjectRelative => "object-relative",
        Between.Coordination => "coordination",
        _ => "plain",
    };

    /// <summary>One sentence with so many attractors.</summary>
    public static AgreementSentence Draw(Dice dice, int attractors, bool plural)
    {
        var grammar = new SentenceGrammar(dice, new Scene(dice, loyalty: 0));
        var construction = attractors == 0 && dice.Chance(0.4) ? Between.Plain : dice.Weighted<Between>(WithNouns);
        // The nouns of a coordinated subject are singular, and it is plural itself.
        if (construction == Between.Coordination && (!plural || attractors == 0)) construction = Between.Prepositional;
        // Up to one noun of the subject's own number among the attractors: it helps, and is not counted.
        int helpers = construction is Between.Plain or Between.Coordination ? 0 : attractors == 0 ? dice.Below(3) : attractors < 3
            && dice.Chance(0.25) ? 1 : 0;
        var between = Enumerable.Repeat(!plural, attractors).Concat(Enumerable.Repeat(plural, helpers)).ToArray();
        dice.Shuffle(between);
        if (between.Length == 0 && construction == Between.Prepositional) construction = Between.Plain;
        return grammar.AgreementOver(between, construction, plural);
    }

    private static int Intervening(AgreementSentence item)
    {
        int verb = item.Tree.Words.ToList().IndexOf(item.Target);
        var predicate = item.Target.Relation is "aux" or "cop" ? item.Target.Head! : item.Target;
        int subject = item.Tree.Words.ToList().FindIndex(w => w.Relation == "nsubj" && ReferenceEquals(w.Head, predicate));
        return item.Tree.Words.Skip(subject + 1).Take(verb - subject - 1).Count(w => w.Tag == "NOUN");
    }
}
