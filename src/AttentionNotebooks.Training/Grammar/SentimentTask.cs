namespace AttentionNotebooks.Training;

/// <summary>Is the verdict good? It follows from all words together: "not" turns a clause round, and of two clauses with
/// "but" or "although" the main one counts.</summary>
internal static class SentimentTask
{
    private static readonly IReadOnlyList<string> Things =
        Lexicon.Split(
            "film meal play concert book hotel lesson voyage soup song lecture museum room novel party coffee garden show story bread tea "
                + "trip dinner service");
    private static readonly IReadOnlyList<string> Praise =
        Lexicon.Split("good wonderful excellent delightful beautiful pleasant charming lovely superb brilliant perfect enjoyable");
    private static readonly IReadOnlyList<string> Blame =
        Lexicon.Split("bad terrible awful dreadful ugly unpleasant boring horrible poor dull weak disappointing");
    private static readonly IReadOnlyList<string> Likes = Lexicon.Split("liked loved enjoyed admired praised recommended");
    private static readonly IReadOnlyList<string> Dislikes = Lexicon.Split("disliked hated despised criticised regretted mocked");
    private static readonly IReadOnlyList<string> People =
        Lexicon.Split("guests critics visitors children friends neighbours teachers travellers students sailors actors farmers");
    private static readonly IReadOnlyList<string> Degrees = Lexicon.Split("very really quite rather truly");

    /// <summary>Rows of one split, positive and negative by turns.</summary>
    public static IEnumerable<string[]> Generate(Dice dice, int rows, HashSet<string> taken)
    {
        for (int row = 0; row < rows;)
        {
            bool positive = row % 2 == 0;
            var (text, construction) = Sentence(dice, positive);
            text = char.ToUpperInvariant(text[0]) + text[1..] + ".";
            if (!taken.Add(text.ToLowerInvariant())) continue;
            row++;
            yield return [text, positive ? "1" : "0", construction];
        }
    }

    private static (string Text, string Construction) Sentence(Dice dice, bool positive) => dice.Below(5) switch
    {
        0 => (Clause(dice, positive), "single"),
        1 => ($"{Clause(dice, !positive)}, but {Clause(dice, positive)}", "but"),
        2 => ($"although {Clause(dice, !positive)}, {Clause(dice, positive)}", "although-first"),
        3 => ($"{Clause(dice, positive)} although {Clause(dice, !positive)}", "although-last"),
        _ => ($"{Clause(dice, positive)}, and {Clause(dice, positive)}", "and"),
    };

    private static string Clause(Dice dice, bool positive)
    {
        // Half of the clauses are turned round, whatever they say: so no word stands with one verdict more often.
        bool turned = dice.Chance(0.5);
        bool praise = positive != turned;
        string thing = "the " + dice.Pick(Things), degree = dice.Chance(0.4) ? dice.Pick(Degrees) + " " : "";
        string word = dice.Pick(praise ? Praise : Blame), verb = dice.Pick(praise ? Likes : Dislikes), people = "the " + dice.Pick(People);
        return (dice.Below(4), turned) switch
        {
            (0 or 1, false) => $"{thing} was {degree}{word}",
            (0, true) => $"{thing} was not {degree}{word}",
            (1, true) => $"{thing} was never {degree}{word}",
            (2, false) => $"{people} {verb} {thing}",
            (2, true) => $"nobody {verb} {thing}",
            (_, false) => $"{people} thought that {thing} was {degree}{word}",
            (_, true) => $"nobody thought that {thing} was {degree}{word}",
        };
    }
}
