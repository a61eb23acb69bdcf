using AttentionNotebooks.Training;

namespace AttentionNotebooks.Tests.Training.Grammar;

/// <summary>Acceptability: each pair differs by one fault of the named kind.</summary>
public class AcceptabilityTaskTests
{
    private static readonly Dictionary<string, string> OtherNumber = Both(("is", "are"), ("was", "were"), ("has", "have"), ("does", "do"));
    private static readonly Dictionary<string, string> OtherDeterminer = Both(("this", "these"), ("that", "those"));

    public static TheoryData<string> Splits => [.. TaskFile.Splits];

    [Theory]
    [MemberData(nameof(Splits))]
    public void The_two_of_a_pair_differ_by_the_fault_that_is_named(string split)
    {
        var rows = TaskFile.Read($"acceptability.{split}");
        foreach (var pair in rows.GroupBy(r => r["pair"]))
        {
            Assert.Equal(["1", "0"], pair.Select(r => r["label"]));
            string kind = Assert.Single(pair.Select(r => r["construction"]).Distinct());
            string[] good = TaskFile.Words(pair.First()["sentence"]), bad = TaskFile.Words(pair.Last()["sentence"]);
            Assert.True(IsFault(kind, good, bad), $"{kind}: {string.Join(' ', good)} / {string.Join(' ', bad)}");
        }
        Assert.Equal(rows.Count(r => r["label"] == "1"), rows.Count(r => r["label"] == "0"));
        Assert.Single(rows.GroupBy(r => r["construction"]).Select(g => g.Count()).Distinct());
    }

    [Fact]
    public void No_word_gives_the_label_away() =>
        Assert.InRange(TaskFile.BestSingleWord(TaskFile.Read("acceptability.train"), "1", "sentence"), 0.5, 0.6);

    [Fact]
    public void A_spoilt_sentence_fails_the_checker_where_the_fault_shows_in_the_tree()
    {
        // The same faults put into trees: the checker, which knows nothing of them, objects to each.
        var dice = new Dice(3);
        int found = 0;
        foreach (var sentence in DemoTreebank.Generate(3, 400))
            foreach (var (name, spoil) in Violations.All.Where(v => v.Name is "agreement" or "determiner" or "verb-form"))
            {
                if (spoil(sentence, dice) is not { } bad) continue;
                var rows = Rows.Of(sentence);
                string[] good = TaskFile.Words(rows.Text.Replace("'", " '")), spoilt = TaskFile.Words(bad.Replace("'", " '"));
                if (good.Length != spoilt.Length) continue;
                int place = Enumerable.Range(0, good.Length).Single(i => good[i] != spoilt[i]);
                var words = rows.Words.Select((w, i) => i == place
                    ? w with { Form = spoilt[i], FineTag = name == "verb-form" ? "spoilt" : w.FineTag } : w).ToArray();
                Assert.True(TreeChecker.Problems(rows with { Words = words, Text = bad }).Any(), bad);
                found++;
            }
        Assert.InRange(found, 200, int.MaxValue);
    }

    private static bool IsFault(string kind, string[] good, string[] bad) => kind switch
    {
        "agreement" => OneDiffers(good, bad, (g, b) => OtherNumber.GetValueOrDefault(g) == b || SameVerbOtherNumber(g, b)),
        "determiner" => OneDiffers(good, bad, (g, b) => OtherDeterminer.GetValueOrDefault(g) == b),
        "verb-form" => OneDiffers(good, bad, (g, b) => SameVerb(g, b)),
        "word-order" => Swapped(good, bad),
        "missing-argument" => Shortened(good, bad),
        _ => false,
    };

    private static bool OneDiffers(string[] good, string[] bad, Func<string, string, bool> fault)
    {
        if (good.Length != bad.Length) return false;
        var places = Enumerable.Range(0, good.Length).Where(i => good[i] != bad[i]).ToList();
        return places.Count == 1 && fault(good[places[0]], bad[places[0]]);
    }

    private static bool SameVerbOtherNumber(string g, string b) =>
        Lexicon.AllVerbs.Any(v => (v.Lemma, v.Third) == (g, b) || (v.Third, v.Lemma) == (g, b));

    private static bool SameVerb(string g, string b) =>
        Lexicon.AllVerbs.Any(v => new[] { v.Lemma, v.Third, v.Past, v.Participle, v.Ing } is var forms && forms.Contains(g)
            && forms.Contains(b));

    private static bool Swapped(string[] good, string[] bad) =>
        good.Length == bad.Length && Enumerable.Range(0, good.Length - 1)
        .Any(i => good[i] != bad[i] && good[i] == bad[i + 1] && good[i + 1] == bad[i]
            && good.Where((_, j) => j != i && j != i + 1).SequenceEqual(bad.Where((_, j) => j != i && j != i + 1)));

    // One stretch of words is gone.
    private static bool Shortened(string[] good, string[] bad) =>
        bad.Length < good.Length && Enumerable.Range(0, bad.Length + 1)
        .Any(cut => good[..cut].Concat(good[(cut + good.Length - bad.Length)..]).SequenceEqual(bad));

    private static Dictionary<string, string> Both(params (string, string)[] pairs) =>
        pairs.SelectMany(p => new[] { p, (p.Item2, p.Item1) }).ToDictionary(p => p.Item1, p => p.Item2);
}
