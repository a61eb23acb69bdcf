using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>How much one head's maps differ between two models.</summary>
/// <param name="Head">The head, of the same number in both models.</param>
/// <param name="Cosine">The mean cosine over texts, 1 where the maps are the same, with its 95 % interval over texts; its ends are NaN
/// with one text.</param>
/// <param name="Others">The control: the mean cosine with the other heads of the same layer in the other model; NaN where there is no
/// other.</param>
/// <param name="Gain">Cosine − control, with its 95 % interval over texts: above 0 the head is more like itself than like its
/// neighbours.</param>
public sealed record HeadChange(Head Head, Interval Cosine, double Others, Interval Gain);

/// <summary>
/// How alike the maps of two models are on the same texts: the cosine Σ A_ij·B_ij / (‖A‖·‖B‖) of two maps as vectors of n² weights,
/// then the mean over texts. Kovaleva et al. 2019, §4.3, ask so what fine-tuning changes. Weights are never negative, so that any two
/// maps have a cosine above 0: read it beside the control.
/// </summary>
/// <example><code>
/// var before = new LiveAttention(model, Kit.Sentences(8));
/// var maps = MapCosines.Compute(("before", before), ("after", before));
/// $"{maps.OfAll.Value:0.000}"            // 1.000: a model compared with itself
/// </code></example>
public sealed class MapCosines
{
    private MapCosines(HeadGrid grid, int texts, bool tokensKnown, IReadOnlyList<HeadChange> changes, Interval ofAll,
        Interval gainOfAll, Interval gainOverHeads) =>
        (Grid, Texts, TokensKnown, Changes, OfAll, GainOfAll, GainOverHeads) =
            (grid, texts, tokensKnown, changes, ofAll, gainOfAll, gainOverHeads);

    /// <summary>The heads of both models.</summary>
    public HeadGrid Grid { get; }

    /// <summary>How many texts both saw.</summary>
    public int Texts { get; }

    /// <summary>Whether the tokens of all texts were compared; else only their names and lengths could be.</summary>
    public bool TokensKnown { get; }

    /// <summary>Head by head in the grid's order.</summary>
    public IReadOnlyList<HeadChange> Changes { get; }

    /// <summary>The mean of <see cref="HeadChange.Cosine"/> over heads, with its interval over texts.</summary>
    public Interval OfAll { get; }

    /// <summary>The mean of <see cref="HeadChange.Gain"/> over heads, with its interval over texts: the heads stay as they are, so that a
    /// gain of unrelated models, which is due to which heads they happen to have, may lie above or below 0.</summary>
    public Interval GainOfAll { get; }

    /// <summary>The same mean, with its interval over heads, all texts as they are: whether heads of the same number are alike, and not
    /// only these heads on other texts.</summary>
    public Interval GainOverHeads { get; }

    /// <summary>Compares the maps of every head of one source with those of the heads of the same layer of another. One text is in
    /// memory at a time.</summary>
    /// <param name="a">What the first is called in an error, and where its maps come from.</param>
    /// <param name="b">The second, over the same texts and with as many layers and heads.</param>
    /// <param name="seed">Decides the draws of the intervals.</param>
    /// <param name="progress">Reports after each text.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">The models have different heads, the texts are not the same, or a map is broken.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static MapCosines Compute((string Name, IAttentionSource Source) a, (string Name, IAttentionSource Source) b, int seed = 0,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var grid = a.Source.Grid;
        if (b.Source.Grid != grid)
            throw new InputException(b.Name, null, $"has {b.Source.Grid} heads, and {a.Name} has {grid}",
                "Give two models with the same layers and heads; others can be compared by the features of their heads");
        RequireSameTexts(a, b);
        int texts = a.Source.Texts.Count, heads = grid.Heads;
        double[][] own = New(grid.Count), others = New(heads > 1 ? grid.Count : 0);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int t = 0; t < texts; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            var cosines = Of(a.Source.Maps(t), b.Source.Maps(t));
            for (int i = 0; i < own.Length; i++) own[i][t] = cosines[i, i % heads];
            for (int i = 0; i < others.Length; i++)
                others[i][t] = Enumerable.Range(0, heads).Where(j => j != i % heads).Average(j => cosines[i, j]);
            progress?.Report(new VisitProgress(t + 1, texts, clock.Elapsed));
        }
        double[][] gains = [.. own.Zip(others, Differences)];
        var (cosine, gain) = (Over(own, seed), Over(gains, seed));
        var none = new Interval(double.NaN, double.NaN, double.NaN);
        HeadChange[] changes = [.. own.Select((_, i) => new HeadChange(grid[i], cosine[i],
            others.Length == 0 ? double.NaN : others[i].Average(), gains.Length == 0 ? none : gain[i]))];
        bool known = a.Source.Texts.Concat(b.Source.Texts).All(x => x.Tokens is not null);
        return new MapCosines(grid, texts, known, changes, cosine[^1], gains.Length == 0 ? none : gain[^1],
            Bootstrap.Mean([.. gains.Select(g => g.Average())], seed: seed));

        double[][] New(int series) => [.. Enumerable.Range(0, series).Select(_ => new double[texts])];
    }

    /// <summary>Refuses sources whose texts are not the same tokens: special tokens by their role, so that &lt;s&gt; is [CLS].</summary>
    /// <param name="a">What the first is called, and its texts.</param>
    /// <param name="b">The second.</param>
    /// <exception cref="InputException">They are not the same.</exception>
    public static void RequireSameTexts((string Name, IAttentionSource Source) a, (string Name, IAttentionSource Source) b)
    {
        const string Remedy = "Give both models the same texts in the same order; models that cut words differently cannot be compared "
            + "map by map";
        IReadOnlyList<AttentionText> first = a.Source.Texts, second = b.Source.Texts;
        if (first.Count != second.Count)
            throw new InputException(b.Name, null, $"has {second.Count} texts, and {a.Name} has {first.Count}", Remedy);
        for (int t = 0; t < first.Count; t++)
        {
            AttentionText x = first[t], y = second[t];
            InputException Bad(string problem) => new(b.Name, $"text {y.Id}", problem, Remedy);
            if (x.Tokens is null != y.Tokens is null)
                throw new InputException(x.Tokens is null ? a.Name : b.Name, null, "has no tokens, so that nobody knows whether the texts "
                    + "are the same", "Give the tokens of the saved maps (attn compare reads them from F.tokens.jsonl beside F.npz)");
            if (x.Length != y.Length) throw Bad($"has {y.Length} tokens, and text {x.Id} of {a.Name} has {x.Length}");
            if (x.Tokens is null && x.Id != y.Id) throw Bad($"is text {x.Id} in {a.Name}, by their names");
            for (int i = 0; i < (x.Tokens is null ? 0 : x.Length); i++)
            {
                TokenRole role = x.Roles![i], other = y.Roles![i];
                if (role == other && (role.IsSpecial() || x.Tokens![i] == y.Tokens![i])) continue;
                throw Bad($"has \"{y.Tokens![i]}\" as token {i}, and {a.Name} has \"{x.Tokens![i]}\"");
            }
        }
    }

    // [heads of A, heads of the same layer of B] of one text. Layer by layer, so that few of the float64 copies are there at once.
    private static double[,] Of(TextMaps a, TextMaps b)
    {
        int heads = a.Grid.Heads;
        var cosines = new double[a.Grid.Count, heads];
        for (int layer = 0; layer < a.Grid.Layers; layer++)
        {
            using var scope = NewDisposeScope();
            double[] values = Unit(a, layer).matmul(Unit(b, layer).t()).contiguous().data<double>().ToArray();
            for (int i = 0; i < values.Length; i++) cosines[layer * heads + i / heads, i % heads] = values[i];
        }
        return cosines;
    }

    // A layer's maps as rows of length 1, [H, T · T].
    private static Tensor Unit(TextMaps maps, int layer)
    {
        int size = maps.Grid.Heads * maps.Text.Length * maps.Text.Length;
        var rows = tensor(maps.Weights.Slice(layer * size, size).ToArray(), [maps.Grid.Heads, size / maps.Grid.Heads])
            .to_type(ScalarType.Float64);
        return rows.div(rows.mul(rows).sum(dim: 1, keepdim: true).sqrt());
    }

    private static double[] Differences(double[] x, double[] y) => [.. x.Zip(y, (p, q) => p - q)];

    // The mean over texts of each series, and last of the mean series, all of the same draws.
    private static IReadOnlyList<Interval> Over(double[][] series, int seed)
    {
        if (series.Length == 0) return []; // no gains where a layer has one head
        int texts = series[0].Length;
        double[][] all = [.. series, [.. Enumerable.Range(0, texts).Select(t => series.Average(s => s[t]))]];
        return texts < 2 ? [.. all.Select(s => new Interval(s[0], double.NaN, double.NaN))]
            : Bootstrap.Ratios(all, [.. Enumerable.Repeat(1.0, texts)], seed: seed);
    }
}
