using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Features;

/// <summary>Distances between words: by hand, exact values from mathematics, and the identity with the mean distance.</summary>
public class WordFeatureTests
{
    private static readonly string[] Five = ["[CLS]", "the", "cat", "sat", "[SEP]"];

    // The first word looks half at [CLS] and half at the last word; the second at both its neighbours and at [SEP]; the third at itself.
    private static readonly double[,] Planted =
    {
        { 1, 0, 0, 0, 0 },
        { 0.5, 0, 0, 0.5, 0 },
        { 0, 0.25, 0, 0.25, 0.5 },
        { 0, 0, 0, 1, 0 },
        { 1, 0, 0, 0, 0 },
    };

    [Theory]
    [InlineData("words_distance", (2 + 1) / 2.0)]             // two rows with weight on another word: at 2, and at 1
    [InlineData("words_relative", 1.5 / (4 / 3.0))]           // uniform: (m + 1)/3 with m = 3
    [InlineData("words_distance_by_mass", (0.5 * 2 + 0.5 * 1) / 1.0)]
    [InlineData("words_offset", (2 + 0) / 2.0)]
    [InlineData("words_std", (0 + 1) / 2.0)]
    [InlineData("words_share", (0.5 + 0.5 + 0) / 3)]
    [InlineData("words_rows", 2 / 3.0)]
    [InlineData("words_q10", 1), InlineData("words_q50", 1), InlineData("words_q51", 2), InlineData("words_q90", 2)]
    public void By_hand(string feature, double expected) => Assert.Equal(expected, Value(feature, Planted, Five), 1e-6);

    [Theory]
    [InlineData(4), InlineData(7), InlineData(33), InlineData(128)]
    public void The_uniform_map(int n)
    {
        double m = n - 2;
        foreach (string distance in new[] { "words_distance", "words_distance_by_mass" })
            Assert.Equal((m + 1) / 3, Value(distance, Maps.Uniform(n)), 1e-5 * n);
        foreach (string relative in new[] { "words_relative", "words_relative_by_mass", "words_rows" })
            Assert.Equal(1, Value(relative, Maps.Uniform(n)), 1e-5);
        Assert.Equal(0, Value("words_offset", Maps.Uniform(n)), 1e-5 * n);
        Assert.Equal((m - 1) / n, Value("words_share", Maps.Uniform(n)), 1e-5);
        // Σ_{i≠j}|i−j| over the words is m(m² − 1)/3.
        Assert.Equal(m * (m * m - 1) / 3 / n / n, Value("distance_words_part", Maps.Uniform(n)), 1e-5 * n);
    }

    [Fact]
    public void A_head_that_looks_at_the_word_before()
    {
        // The first word looks at [CLS], so that one row of six is left out.
        Assert.Equal(1, Value("words_distance", Maps.Previous(8)), 1e-6);
        Assert.Equal(-1, Value("words_offset", Maps.Previous(8)), 1e-6);
        Assert.Equal(0, Value("words_std", Maps.Previous(8)), 1e-6);
        Assert.Equal(5 / 6.0, Value("words_share", Maps.Previous(8)), 1e-6);
        Assert.Equal(5 / 6.0, Value("words_rows", Maps.Previous(8)), 1e-6);
    }

    [Fact]
    public void Resting_on_the_ends_is_far_by_the_mean_distance_and_nothing_between_words()
    {
        // 0.98 on [SEP], the rest on the neighbours: the mean distance is that of [SEP], the words look next door.
        const int N = 20;
        var resting = Maps.Of(N, (i, j) => j == N - 1 && i < N - 2 ? 0.98 : i is > 0 and < N - 2 && Math.Abs(i - j) == 1 ? 0.01
            : i == j && (i is 0 or >= N - 2) ? (i == 0 ? 0.02 : 1) : 0);
        Assert.True(Value("mean_distance", resting) > 8);
        Assert.Equal(1, Value("words_distance", resting), 1e-5);
        Assert.Equal(1, Value("words_distance_by_mass", resting), 1e-5);
    }

    [Fact]
    public void Words_and_pieces()
    {
        // "un ##aff ##able dogs": from the pieces of the first word the mean, to them the sum.
        string[] tokens = ["[CLS]", "un", "##aff", "##able", "dogs", "bark", "[SEP]"];
        var a = Maps.Of(7, (i, j) => i switch
        {
            1 => j == 4 ? 1 : 0,
            2 => j == 3 ? 1 : 0,
            3 => j == 5 ? 1 : 0,
            4 => j is 1 or 3 ? 0.5 : 0,
            5 => j == 4 ? 0.5 : j == 6 ? 0.5 : 0,
            _ => j == 0 ? 1 : 0
        });
        // Word 0 gives a third to itself, a third to "dogs" (1 away) and a third to "bark" (2): 1.5. Word 1: 1. Word 2: 1.
        Assert.Equal((1.5 + 1 + 1) / 3, Value("whole_words_distance", a, tokens), 1e-6);
        Assert.Equal((1 + 1 + 0.5) / (2 / 3.0 + 1 + 0.5), Value("whole_words_distance_by_mass", a, tokens), 1e-6);
        Assert.Equal((2 / 3.0 + 1 + 0.5) / 3, Value("whole_words_share", a, tokens), 1e-6);
        Assert.Equal(3.5 / 3 / (4 / 3.0), Value("whole_words_relative", a, tokens), 1e-6);
        // As pieces: 3, 1, 2, (3 + 1)/2 and 1 apart.
        Assert.Equal((3 + 1 + 2 + 2 + 1) / 5.0, Value("words_distance", a, tokens), 1e-6);
    }

    [Fact]
    public void The_two_texts_of_a_pair()
    {
        string[] pair = ["[CLS]", "a", "b", "[SEP]", "c", "d", "[SEP]"];
        Assert.Equal(1, Value("words_within_distance", Maps.Uniform(7), pair), 1e-6);
        Assert.Equal((3 + 4 + 2 + 3) / 4.0, Value("words_across_distance", Maps.Uniform(7), pair), 1e-6);
        Assert.Equal(2 / 7.0, Value("words_across_share", Maps.Uniform(7), pair), 1e-6);
        Assert.Equal(1, Value("words_relative", Maps.Uniform(7), pair), 1e-6); // of the places that the words have, [SEP] between them
        Assert.Contains("needs pairs of texts", Assert.Throws<InputException>(
            () => FeatureCatalogue.For(MapsInMemory.Single(Maps.Uniform(5), Five)).Parse("words_across_distance",
                MapsInMemory.Single(Maps.Uniform(5), Five))).Message);
    }

    [Fact]
    public void Whole_words_of_the_two_texts_of_a_pair_are_different_words()
    {
        // A source counts the words of each text from 0; a mask in a text is one of its words there, and no word here.
        // The second word of the second text has no piece.
        AttentionText pair = new("0", 8, ["[CLS]", "un", "##do", "[MASK]", "[SEP]", "c", "d", "[SEP]"], [-1, 0, 0, 1, -1, 0, 2, -1]);
        var source = new MapsInMemory(new HeadGrid(1, 1), [pair], (_, _) => Maps.Uniform(8));
        var table = source.Extract(
            [.. new[] { "whole_words_distance", "whole_words_share" }.Select(name => FeatureCatalogue.For(source).Get(name))]);
        // Three words: un·do, c and d. From un·do the others are 1 and 2 away; from c all three pieces 1; from d one piece 1, two 2.
        Assert.Equal((1.5 + 1 + 5 / 3.0) / 3, table[0, 0, "whole_words_distance"], 1e-6);
        Assert.Equal((2 + 3 + 3) / 8.0 / 3, table[0, 0, "whole_words_share"], 1e-6);
    }

    [Fact]
    public void A_text_without_a_value_is_left_out_counted_and_noted()
    {
        AttentionText[] texts = [new("0", 5, Five), new("1", 3, ["[CLS]", "cat", "[SEP]"]), new("2", 5, Five)];
        // Head 1 puts everything on [CLS] in the last text; no head has two words to look at in the second.
        var source = new MapsInMemory(new HeadGrid(1, 2), texts,
            (t, h) => t == 1 ? Maps.Uniform(3) : t == 2 && h.Index == 1 ? Maps.Column(5, 0) : Planted);
        var values = source.Record([WordFeatures.Distance, WordFeatures.OnWords, ConcentrationFeatures.Entropy]);
        Assert.True(double.IsNaN(values[1, new Head(0, 0), "words_distance"]) && double.IsNaN(values[2, new Head(0, 1), "words_distance"]));
        var table = source.Extract(values.Features.Select(f => FeatureCatalogue.For(source).Get(f.Name)).ToArray());
        Assert.Equal(table.ToCsv(), values.ToTable().ToCsv());
        Assert.Equal([1.5, 1.5], table.Column("words_distance"));
        // Of the second head one of two texts has nothing on words: a share of 0 is a value.
        Assert.Equal([Math.Round(1 / 3.0, 6), Math.Round(1 / 6.0, 6)], table.Column("words_share").Values.Select(v => Math.Round(v, 6)));
        Assert.Equal([0.0, 0.0], table.Columns.Single(c => c.Name == "words_distance").Spread!);
        Assert.Equal(
            ["words_distance: no value in up to 2 of 3 texts for heads 0-0, 0-1; the mean is over the others.",
                "words_share: no value in 1 of 3 texts; the mean is over the others."],
            table.Notes.Where(n => n.Kind == NoteKind.NoValue).Select(n => n.Text));
        // Intervals and other draws are over the texts that have a value.
        var interval = values.Intervals(draws: 200).Single(i => i.Feature == "words_distance");
        Assert.Equal((1.5, 1.5), (interval.Low[0], interval.High[0]));
        Assert.Equal(1.5, values.Mean([0, 1])[0, 0, "words_distance"]);
        Assert.Contains("has no value", Assert.Throws<InputException>(() => values.Mean([1])).Message);
        // What no head has there keeps nothing else from being drawn.
        Assert.Equal(["entropy"], values.Mean([1], ["entropy"]).Features);
        Assert.Equal(values.Resample(3)[0, 1, "entropy"], values.Resample(3, ["entropy"])[0, 1, "entropy"]);
    }

    [Fact]
    public void A_head_without_any_value_takes_the_column_along_with_a_note()
    {
        var source = new MapsInMemory(new HeadGrid(1, 2), [new("0", 5, Five)], (_, h) => h.Index == 0 ? Planted : Maps.Column(5, 0));
        var table = source.Extract([WordFeatures.Distance, ConcentrationFeatures.Entropy]);
        Assert.Equal(["entropy"], table.Features);
        Assert.Contains("words_distance: left out: no value in the one text for head 0-1.", table.Notes.Select(n => n.Text));
        Assert.Contains("head 0-1: has no value in these texts",
            Assert.Throws<InputException>(() => source.Extract([WordFeatures.Distance])).Message);
    }

    [Fact]
    public void Values_per_text_and_shards_keep_what_is_missing()
    {
        AttentionText[] texts = [new("0", 5, Five), new("1", 3, ["[CLS]", "cat", "[SEP]"]), new("2", 5, Five)];
        var source = new MapsInMemory(new HeadGrid(1, 2), texts, (t, _) => t == 1 ? Maps.Uniform(3) : t == 2 ? Maps.Uniform(5) : Planted);
        HeadFeature[] features = [WordFeatures.Distance, WordFeatures.OnWords];
        using var folder = new TestFolder();
        var values = source.Record(features);
        values.Write(folder["texts.npz"]);
        var read = TextValues.Read(folder["texts.npz"]);
        Assert.Equal(values.ToTable().Column("words_distance"), read.ToTable().Column("words_distance"));
        Assert.True(double.IsNaN(read[1, new Head(0, 1), "words_share"]));
        for (int s = 0; s < 2; s++)
            ResumableExtraction.Extract(source, features, new VisitOptions(TokensPerBatch: 1, Shard: s, Shards: 2), folder["partial"],
                resume: false).Write(folder[$"{s}"]);
        var merged = FeatureState.Merge([folder["1"], folder["0"]]);
        Assert.Equal(source.Extract(features).ToCsv(), merged.ToCsv());
        Assert.Equal(source.Extract(features).Notes.Select(n => n.Text), merged.Notes.Select(n => n.Text));
    }

    // In float64 the parts are summed apart and meet in the whole to rounding: the identity of the definition, not of the code.
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(16), InlineData(57)]
    public void Mean_distance_is_the_part_of_special_tokens_and_the_part_of_words(int n)
    {
        string[] tokens = [.. Enumerable.Range(0, n).Select(i => i == 0 ? "[CLS]" : i == n - 1 || i == n / 2 ? "[SEP]" : "word")];
        var batch = new TextBatch([new AttentionText("0", n, tokens)], [0]);
        using var scope = NewDisposeScope();
        var random = new Random(n);
        double[] weights = [.. Enumerable.Range(0, 3 * n * n).Select(_ => Math.Pow(random.NextDouble(), 8))];
        var maps = tensor(weights, [1, 3, n, n]);
        using var m = new LayerMaps(batch, 0, maps / maps.sum(-1, keepdim: true));
        double[] whole = Doubles(DistanceFeatures.MeanDistance), words = Doubles(WordFeatures.WordsPart),
            special = Doubles(WordFeatures.SpecialPart);
        for (int h = 0; h < 3; h++) Assert.Equal(whole[h], words[h] + special[h], 1e-12);
        batch.Dispose();

        double[] Doubles(HeadFeature feature) => feature.Compute(m).contiguous().data<double>().ToArray();
    }

    [Fact]
    public void In_tables_the_parts_make_the_mean_distance_too()
    {
        var source = Corpus.Source();
        var table = source.Extract([DistanceFeatures.MeanDistance, WordFeatures.WordsPart, WordFeatures.SpecialPart]);
        foreach (var head in source.Grid.All())
            Assert.Equal(table[head, "mean_distance"], table[head, "distance_words_part"] + table[head, "distance_special_part"], 1e-5);
    }

    [Theory]
    [InlineData(1), InlineData(5), InlineData(16), InlineData(17), InlineData(40)]
    public void One_pass_on_the_processor_is_what_tensors_give(int length)
    {
        AttentionText[] texts = [.. new[] { length, Math.Max(1, length / 2) }.Select((n, t) => new AttentionText($"{t}", n,
            [.. Enumerable.Range(0, n).Select(i => i == 0 ? "[CLS]" : i == n - 1 || i == n / 2 ? "[SEP]" : i % 3 == 2 ? "##s" : "a")]))];
        var source = new MapsInMemory(new HeadGrid(1, 3), texts, (t, h) => Maps.Random(texts[t].Length, 7 * t + h.Index));
        foreach (var pairs in new Func<TextBatch, WordPairs>[] { WordPairs.Tokens, WordPairs.WholeWords, WordPairs.WithSpecial,
            b => WordPairs.OfPairs(b, across: false), b => WordPairs.OfPairs(b, across: true) })
        {
            using var batch = new TextBatch(texts, [0, 1]);
            using var own = pairs(batch);
            using var scope = NewDisposeScope();
            Tensor maps = Padded(source, texts), exact = maps.to_type(ScalarType.Float64);
            if (own.Merge is not null) (maps, exact) = (WordSums.Merged(maps, own), WordSums.Merged(exact, own));
            using WordSums fast = WordSums.Of(maps, own, spread: true), slow = WordSums.Of(exact, own, spread: true);
            foreach (var (x, y) in new[] { (fast.Mass, slow.Mass), (fast.Distance, slow.Distance), (fast.Offset, slow.Offset),
                (fast.Spread!, slow.Spread!) })
                Assert.Equal(y.Floats(), x.Floats(), (u, v) => Math.Abs(u - v) <= 2e-5 * Math.Max(1, length));
        }
    }

    private static Tensor Padded(MapsInMemory source, AttentionText[] texts)
    {
        int t = texts.Max(x => x.Length), h = source.Grid.Heads;
        var all = new float[texts.Length * h * t * t];
        for (int b = 0; b < texts.Length; b++)
            for (int k = 0; k < h; k++)
                for (int i = 0; i < texts[b].Length; i++)
                    for (int j = 0; j < texts[b].Length; j++)
                        all[((b * h + k) * t + i) * t + j] = (float)source[b, new Head(0, k)][i, j];
        return tensor(all, [texts.Length, h, t, t]);
    }

    private static double Value(string feature, double[,] map, params string[] tokens)
    {
        var source = MapsInMemory.Single(map, tokens);
        return source.Extract([FeatureCatalogue.For(source).Get(feature)])[0, 0, feature];
    }
}
