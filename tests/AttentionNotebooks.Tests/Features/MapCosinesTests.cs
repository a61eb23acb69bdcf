namespace AttentionNotebooks.Tests.Features;

/// <summary>The cosine of maps of two models on the same texts.</summary>
public class MapCosinesTests
{
    [Fact]
    public void A_source_compared_with_itself_has_cosines_of_1()
    {
        var maps = Compute(Corpus.Source(), Corpus.Source());
        Assert.All(maps.Changes, c => Assert.Equal(1, c.Cosine.Value, 1e-12));
        Assert.All(maps.Changes, c => Assert.Equal((1, 1), (Math.Round(c.Cosine.Low, 12), Math.Round(c.Cosine.High, 12))));
        Assert.Equal((1, Corpus.Texts.Length, true), (Math.Round(maps.OfAll.Value, 12), maps.Texts, maps.TokensKnown));
        Assert.All(maps.Changes, c => Assert.Equal(c.Cosine.Value - c.Others, c.Gain.Value, 1e-12));
    }

    [Fact]
    public void Cosines_are_what_paper_and_pencil_give()
    {
        // Identity and uniform of 4 tokens: 4 · ¼ / (2 · 1) = ½. Identity and first column: 1 / (2 · 2) = ¼.
        AttentionText[] texts = [new("0", 4, ["[CLS]", "a", "b", "[SEP]"])];
        var grid = new HeadGrid(1, 2);
        var a = new MapsInMemory(grid, texts, (_, h) => h.Index == 0 ? Maps.Identity(4) : Maps.Uniform(4));
        var b = new MapsInMemory(grid, texts, (_, h) => h.Index == 0 ? Maps.Uniform(4) : Maps.Column(4, 0));
        var maps = Compute(a, b);
        Assert.Equal([(0.5, 0.25), (0.5, 1)], maps.Changes.Select(c => (Math.Round(c.Cosine.Value, 9), Math.Round(c.Others, 9))));
        Assert.True(double.IsNaN(maps.Changes[0].Cosine.Low)); // one text has no interval
    }

    [Fact]
    public void Cosines_agree_with_plain_loops()
    {
        var grid = new HeadGrid(2, 3);
        MapsInMemory Source(int seed) => new(grid, Corpus.Texts,
            (t, h) => Maps.Random(Corpus.Texts[t].Length, seed + 7 * t + 3 * h.Layer + h.Index));
        MapsInMemory a = Source(0), b = Source(1000);
        var maps = Compute(a, b);
        double Mean(Head i, Head j) => Enumerable.Range(0, Corpus.Texts.Length).Average(t => Slow(a[t, i], b[t, j]));
        Assert.Equal(grid.All(), maps.Changes.Select(c => c.Head));
        Assert.All(maps.Changes, c =>
        {
            Assert.Equal(Mean(c.Head, c.Head), c.Cosine.Value, 1e-6);
            Assert.Equal(Enumerable.Range(0, 3).Where(j => j != c.Head.Index).Average(j => Mean(c.Head, new Head(c.Head.Layer, j))),
                c.Others, 1e-6);
        });
        Assert.Equal(grid.All().Average(h => Mean(h, h)), maps.OfAll.Value, 1e-6);
    }

    [Fact]
    public void Models_of_other_heads_and_layers_of_one_head()
    {
        AttentionText[] texts = [new("x", 3, ["[CLS]", "dog", "[SEP]"])];
        MapsInMemory Of(HeadGrid grid) => new(grid, texts, (_, _) => Maps.Uniform(3));
        Assert.Contains("b: has 2 × 1 heads, and a has 1 × 2",
            Assert.Throws<InputException>(() => Compute(Of(new HeadGrid(1, 2)), Of(new HeadGrid(2, 1)))).Message);
        var single = Compute(Of(new HeadGrid(2, 1)), Of(new HeadGrid(2, 1))); // no other head, so no control
        Assert.Equal(1, single.OfAll.Value, 1e-12);
        Assert.True(double.IsNaN(single.GainOfAll.Value) && double.IsNaN(single.Changes[0].Others));
    }

    [Fact]
    public void The_interval_is_that_of_the_texts_values()
    {
        MapsInMemory a = Corpus.Source(), b = Corpus.Source(sharpness: 1);
        var change = Compute(a, b).Changes[4];
        double[] values = [.. Enumerable.Range(0, Corpus.Texts.Length).Select(t => Slow(a[t, change.Head], b[t, change.Head]))];
        var expected = Bootstrap.Mean(values);
        Assert.Equal(expected.Low, change.Cosine.Low, 1e-6);
        Assert.Equal(expected.High, change.Cosine.High, 1e-6);
    }

    [Fact]
    public void The_gains_interval_over_heads_is_that_of_the_heads_and_holds_0_for_unrelated_heads()
    {
        var grid = new HeadGrid(3, 4);
        // Seeds from another generator: sequences of seeds at a fixed distance would be alike.
        MapsInMemory Unrelated(int seed)
        {
            var random = new Random(seed);
            int[] seeds = [.. Enumerable.Range(0, Corpus.Texts.Length * grid.Count).Select(_ => random.Next())];
            return new MapsInMemory(grid, Corpus.Texts,
                (t, h) => Maps.Random(Corpus.Texts[t].Length, seeds[t * grid.Count + grid.PositionOf(h)]));
        }
        var maps = Compute(Unrelated(1), Unrelated(2));
        Assert.Equal(Bootstrap.Mean([.. maps.Changes.Select(c => c.Gain.Value)]), maps.GainOverHeads);
        Assert.Equal(maps.GainOfAll.Value, maps.GainOverHeads.Value, 1e-12);
        int held = Enumerable.Range(0, 20).Count(i =>
            Compute(Unrelated(2 * i), Unrelated(2 * i + 1)).GainOverHeads is { Low: <= 0, High: >= 0 });
        Assert.InRange(held, 15, 20); // 19 are expected
        Assert.True(Compute(Unrelated(1), Unrelated(1)).GainOverHeads.Low > 0);
    }

    [Fact]
    public void Special_tokens_of_other_spellings_are_the_same_tokens()
    {
        AttentionText bert = new("x", 3, ["[CLS]", "dog", "[SEP]"]), mpnet = new("y", 3, ["<s>", "dog", "</s>"]);
        Assert.Equal(1, Compute(Of(bert), Of(mpnet)).OfAll.Value, 1e-9);
    }

    [Fact]
    public void Other_texts_end_in_one_error_that_names_the_first_difference()
    {
        AttentionText text = new("x", 3, ["[CLS]", "dog", "[SEP]"]), none = new("x", 3, null);
        Fails("text y: has \"cat\" as token 1, and a has \"dog\"", text, new AttentionText("y", 3, ["[CLS]", "cat", "[SEP]"]));
        Fails("has \"[SEP]\" as token 1", text, new AttentionText("y", 3, ["[CLS]", "[SEP]", "[SEP]"]));
        Fails("has 4 tokens, and text x of a has 3", text, new AttentionText("y", 4, ["[CLS]", "do", "##g", "[SEP]"]));
        Fails("b: has no tokens", text, none);
        Fails("F.tokens.jsonl beside F.npz", text, none);
        Fails("is text x in a", none, new AttentionText("z", 3, null));
        var two = new MapsInMemory(new HeadGrid(1, 1), [text, text], (_, _) => Maps.Identity(3));
        Assert.Contains("b: has 2 texts, and a has 1", Assert.Throws<InputException>(() => Compute(Of(text), two)).Message);
        Assert.False(Compute(Of(none), Of(none)).TokensKnown);
    }

    private static void Fails(string naming, AttentionText a, AttentionText b) =>
        Assert.Contains(naming, Assert.Throws<InputException>(() => Compute(Of(a), Of(b))).Message);

    private static MapsInMemory Of(AttentionText text) => new(new HeadGrid(1, 1), [text], (_, _) => Maps.Random(text.Length, 1));

    private static MapCosines Compute(MapsInMemory a, MapsInMemory b) => MapCosines.Compute(("a", a), ("b", b),
        cancellation: TestContext.Current.CancellationToken);

    private static double Slow(double[,] a, double[,] b)
    {
        double product = 0, ofA = 0, ofB = 0;
        for (int i = 0; i < a.GetLength(0); i++)
            for (int j = 0; j < a.GetLength(0); j++)
                (product, ofA, ofB) = (product + a[i, j] * b[i, j], ofA + a[i, j] * a[i, j], ofB + b[i, j] * b[i, j]);
        return product / Math.Sqrt(ofA * ofB);
    }
}
