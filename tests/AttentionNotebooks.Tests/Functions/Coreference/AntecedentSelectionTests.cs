using AttentionNotebooks.Tests.Bert;
using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Functions;

/// <summary>Antecedents: a document by hand, planted heads, and plain loops.</summary>
public class AntecedentSelectionTests
{
    // Mary(0) met Ann(1) . she(3) left ; Mary(6) slept: she = Mary, Mary = Mary
    private static readonly CoreferenceDocument Document = new("d", ["Mary", "Ann", ".", "she", "left", ";", "Mary"],
        [new(0, 0, 0, "m", MentionType.Proper), new(1, 1, 1, "a", MentionType.Proper), new(3, 3, 3, "m", MentionType.Pronoun),
            new(6, 6, 6, "m", MentionType.Proper)]);

    [Fact]
    public void A_document_by_hand()
    {
        // Head 0: she looks at Mary, the second Mary at Ann. Head 1: she looks at Ann, the second Mary at she.
        var source = Source([Document], (i, h) => (i, h.Index) switch { (3, 0) => 0, (6, 0) => 1, (3, 1) => 1, (6, 1) => 3, _ => i });
        var scores = AntecedentSelection.Measure(source, [Document]).ToDictionary(s => s.Type);
        Assert.Equal(["all", "pronoun", "proper"], scores.Keys);
        Assert.Equal([new Proportion(1, 2), new(1, 2)], scores["all"].ByHead);
        Assert.Equal([new Proportion(1, 1), new(0, 1)], scores["pronoun"].ByHead);
        Assert.Equal([new Proportion(0, 1), new(1, 1)], scores["proper"].ByHead);
        Assert.Equal(new Proportion(0, 1), scores["pronoun"].Nearest);      // Ann
        Assert.Equal(new Proportion(1, 1), scores["proper"].Nearest);       // she
        Assert.Equal(new Proportion(1, 1), scores["proper"].HeadMatch);     // Mary
        Assert.Equal((1 / 2.0 + 2 / 3.0) / 2, scores["all"].Chance, 1e-12);
        Assert.Null(scores["all"].HeldOut);                                 // one document has no halves
        Assert.Equal(new Head(0, 1), scores["proper"].Best);
    }

    [Fact]
    public void A_head_that_knows_who_is_meant_is_chosen_by_both_halves()
    {
        CoreferenceDocument[] documents = [.. Enumerable.Range(0, 20).Select(i => Document with { Id = $"{i}" })];
        var source = Source(documents, (i, h) => h.Index == 1 && i is 3 or 6 ? 0 : i);
        var all = AntecedentSelection.Measure(source, documents)[0];
        Assert.Equal([new Head(0, 1), new Head(0, 1)], all.Choices);
        Assert.Equal((new Proportion(40, 40), 1.0), (all.HeldOut, all.HeldOutInterval.Low));
        Assert.Equal(McNemar.PValue(20, 0), all.PValue); // matching words finds the names and none of the pronouns
    }

    [Theory]
    [InlineData(CandidateWords.Head), InlineData(CandidateWords.Mean)]
    public void Plain_loops_over_mentions_give_the_same(CandidateWords words)
    {
        var random = new Random(1);
        CoreferenceDocument[] documents = [.. Enumerable.Range(0, 12).Select(d =>
        {
            int n = random.Next(8, 15);
            Mention[] mentions = [.. Enumerable.Range(0, n - 2).Where(_ => random.Next(3) > 0)
                .Select(w => new Mention(w, w + random.Next(2), w, $"e{random.Next(3)}", (MentionType)random.Next(3)))];
            return new CoreferenceDocument($"{d}", [.. Enumerable.Range(0, n).Select(w => $"w{random.Next(5)}")], mentions);
        })];
        var grid = new HeadGrid(2, 2);
        AttentionText[] texts = [.. documents.Select(d => new AttentionText(d.Id, d.Words.Count + 2, ["[CLS]", .. d.Words, "[SEP]"]))];
        var source = new MapsInMemory(grid, texts, (t, h) => Maps.Random(texts[t].Length, 100 * t + 10 * h.Layer + h.Index));
        foreach (var score in AntecedentSelection.Measure(source, documents, words))
        {
            var asked = documents.SelectMany((d, t) => d.Mentions.Select(m => (Text: t, Document: d, Mention: m)))
                .Where(a => score.Type == "all" || $"{a.Mention.Type}".ToLowerInvariant() == score.Type)
                .Select(a => (a.Text, a.Document, a.Mention, Before: a.Document.Mentions.Where(c => c.Last < a.Mention.First).ToArray()))
                .Where(a => a.Before.Any(c => c.Entity == a.Mention.Entity)).ToArray();
            foreach (var head in grid.All())
            {
                int right = asked.Count(a =>
                {
                    double To(Mention c) => words == CandidateWords.Head ? source[a.Text, head][a.Mention.Head + 1, c.Head + 1]
                        : Enumerable.Range(c.First, c.Last - c.First + 1)
                        .Sum(w => source[a.Text, head][a.Mention.Head + 1, w + 1]) / (c.Last - c.First + 1);
                    return a.Before.OrderByDescending(To).First().Entity == a.Mention.Entity;
                });
                Assert.Equal(new Proportion(right, asked.Length), score.ByHead[grid.PositionOf(head)]);
            }
            Assert.Equal(asked.Count(a => a.Before.OrderByDescending(c => c.Head).First().Entity == a.Mention.Entity),
                score.Nearest.Correct);
            Assert.Equal(asked.Count(a =>
            {
                var same = a.Before.Where(c => a.Document.Words[c.Head] == a.Document.Words[a.Mention.Head]).ToArray();
                return (same.Length > 0 ? same : a.Before).OrderByDescending(c => c.Head).First().Entity == a.Mention.Entity;
            }), score.HeadMatch.Correct);
        }
    }

    [Fact]
    public void Long_documents_are_cut_for_a_model_and_those_without_an_anaphor_are_left_out()
    {
        using var folder = new TestFolder();
        using (var model = BertFixtures.Model(BertFixtures.Config())) Checkpoint.Save(folder["m"], model,
            WordPieceTokenizer.Create(BertFixtures.Vocabulary, maxLength: 16));
        using var checkpoint = Checkpoint.Load(folder["m"]);
        string[] words = [.. Enumerable.Repeat("playing", 8)]; // two pieces each: 16, and 14 fit
        Mention Of(int word, string entity) => new(word, word, word, entity, MentionType.Nominal);
        CoreferenceDocument kept = new("kept", words, [Of(0, "a"), Of(3, "a"), Of(7, "a")]),
            late = new("late", words, [Of(0, "a"), Of(7, "a")]);
        var (source, documents, cut, leftOut) = CoreferenceAttention.Of(checkpoint, [kept, late]);
        Assert.Equal((2, 1, 1), (cut, leftOut, documents.Count));
        Assert.Equal([0, 3], documents[0].Mentions.Select(m => m.First));
        Assert.Equal(source.Texts[0].Length, 2 + 2 * documents[0].Words.Count);
        Assert.Equal(1, AntecedentSelection.Measure(source, documents)[0].ByHead[0].Count);
        Assert.Contains("no mention with an antecedent",
            Assert.Throws<InputException>(() => CoreferenceAttention.Of(checkpoint, [late])).Message);
    }

    [Fact]
    public void Words_that_do_not_fit_the_tokens_are_refused()
    {
        var other = Document with { Words = ["John", .. Document.Words.Skip(1)] };
        Assert.Contains("document d: has words that do not fit",
            Assert.Throws<InputException>(() => AntecedentSelection.Measure(Source([Document], (i, _) => i), [other])).Message);
    }

    // Two heads in which word i looks at one word; special tokens look at themselves.
    private static MapsInMemory Source(CoreferenceDocument[] documents, Func<int, Head, int> looks) => new(new HeadGrid(1, 2),
        [.. documents.Select(d => new AttentionText(d.Id, d.Words.Count + 2, ["[CLS]", .. d.Words, "[SEP]"]))],
        (t, h) => Maps.Of(documents[t].Words.Count + 2, (i, j) => j == (i == 0 || i > documents[t].Words.Count ? i : looks(i - 1, h) + 1)
            ? 1 : 0));
}
