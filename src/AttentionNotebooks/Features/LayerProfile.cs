using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The heads of one layer in one column.</summary>
/// <param name="Layer">The layer, from 0.</param>
/// <param name="Mean">The mean of the heads that have a value, in the column's unit, with its 95 % interval over texts; ends of NaN where
/// the values of the texts are not known.</param>
/// <param name="Spread">The standard deviation over these heads (population), in the column's unit.</param>
/// <param name="Heads">Every head's value, in the order of the heads; NaN where a head has none.</param>
public sealed record LayerValues(int Layer, Interval Mean, double Spread, IReadOnlyList<double> Heads)
{
    /// <summary>How many heads have a value.</summary>
    public int Count => Heads.Count(double.IsFinite);

    /// <summary>The least value of a head; NaN where no head has one.</summary>
    public double Least => Heads.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();

    /// <summary>The largest value of a head; NaN where no head has one.</summary>
    public double Most => Heads.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
}

/// <summary>
/// A column by layer: mean and spread of each layer's heads, as papers on transformers plot the mean attention distance against the
/// depth (Dosovitskiy et al. 2021, figure 7). Where the values of the texts are known, the mean has an interval: the texts are drawn with
/// replacement, as many as there are (Efron 1979), and the same draws serve all layers and columns. A head without a value in a draw is
/// left out of its layer's mean there.
/// </summary>
/// <param name="Column">What the column is.</param>
/// <param name="Grid">The model's heads.</param>
/// <param name="Layers">One per layer, from 0.</param>
/// <param name="Middle">Whether the middle layers have more or less of it: <see cref="MiddleContrast"/> of the means, with its 95 %
/// interval over texts.</param>
/// <param name="Texts">How many texts were drawn for the intervals; 0 where there are none.</param>
/// <example><code>
/// var bert = HeadTable.Read(Kit.DataPath("bert-base/heads.csv"));
/// var profile = LayerProfile.Compute(bert, "mean_distance")[0];
/// double layer7 = profile.Layers[7].Mean.Value;        // mean of the 12 heads of layer 7, in tokens
/// var texts = TextValues.Read(Kit.DataPath("bert-base/texts.npz"));
/// LayerProfile.Compute(texts, "mean_distance")[0].Middle // with its interval
/// </code></example>
public sealed record LayerProfile(ColumnInfo Column, HeadGrid Grid, IReadOnlyList<LayerValues> Layers, Interval Middle, int Texts)
{
    /// <summary>Its columns by layer. A column has intervals where it knows the value of every text (<see cref="HeadColumn.PerText"/>); a
    /// feature of all texts together has them only from <see cref="TextValues"/>.</summary>
    /// <param name="table">The heads and their features.</param>
    /// <param name="features">The columns' names.</param>
    /// <returns>In the order of the names.</returns>
    /// <exception cref="InputException">There is no such column.</exception>
    public static IReadOnlyList<LayerProfile> Compute(HeadTable table, params IReadOnlyList<string> features) =>
        Compute(table, features, 0);

    /// <inheritdoc cref="Compute(HeadTable, IReadOnlyList{string})"/>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="draws">How many draws.</param>
    public static IReadOnlyList<LayerProfile> Compute(HeadTable table, IReadOnlyList<string> features, int seed,
        int draws = Bootstrap.DefaultDraws)
    {
        using var scope = NewDisposeScope();
        var weights = new Dictionary<int, Tensor>();
        return [.. features.Select(table.Column).Select(c =>
        {
            int texts = c.PerText?.Count ?? 0;
            if (texts < 2) return Of(table.Grid, c, [], 0);
            if (!weights.TryGetValue(texts, out var drawn)) weights[texts] = drawn = TextDraws.Weights(texts, draws, seed);
            return Of(table.Grid, c, TextDraws.Over(c, drawn), texts);
        })];
    }

    /// <summary>Features by layer, with intervals.</summary>
    /// <param name="values">The values of every text; of a single text there are no intervals.</param>
    /// <param name="features">The features' names.</param>
    /// <returns>In the order of the names.</returns>
    /// <exception cref="InputException">There is no such feature, or a feature of all texts together has no value in them.</exception>
    public static IReadOnlyList<LayerProfile> Compute(TextValues values, params IReadOnlyList<string> features) =>
        Compute(values, features, 0);

    /// <inheritdoc cref="Compute(TextValues, IReadOnlyList{string})"/>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="draws">How many draws.</param>
    public static IReadOnlyList<LayerProfile> Compute(TextValues values, IReadOnlyList<string> features, int seed,
        int draws = Bootstrap.DefaultDraws)
    {
        int texts = values.Texts.Count;
        ColumnInfo[] named = [.. features.Select(values.FeatureOf)];
        var table = values.ToTable();
        using var scope = NewDisposeScope();
        var drawn = texts < 2 ? null : TextDraws.Weights(texts, draws, seed);
        // The table leaves out a column in which some head has no value.
        HeadColumn Means(ColumnInfo f) => table.Features.Contains(f.Name) ? table.Column(f.Name)
            : new HeadColumn(f, [.. values.Weighted(f, tensor(Enumerable.Repeat(1.0 / texts, texts).ToArray(), [1, texts]))
                .Select(means => means[0])]);
        return [.. named.Select(f => Of(values.Grid, Means(f), drawn is null ? [] : values.Weighted(f, drawn), drawn is null ? 0 : texts))];
    }

    /// <summary>
    /// The mean of the middle layers minus that of the others, which are a third of the layers at each end, rounded down. It is above 0
    /// where a profile rises and falls again, and 0 where it rises or falls evenly. NaN for fewer than three layers.
    /// </summary>
    /// <param name="layers">A value per layer.</param>
    public static double MiddleContrast(IReadOnlyList<double> layers)
    {
        int outer = Outer(layers.Count), rest = layers.Count - outer;
        return outer == 0 ? double.NaN : layers.Take(rest).Skip(outer).Average() - layers.Take(outer).Concat(layers.Skip(rest)).Average();
    }

    /// <summary>How many layers at each end are not middle layers; 0 for fewer than three layers, which have no middle.</summary>
    /// <param name="layers">How many layers there are.</param>
    public static int Outer(int layers) => layers / 3;

    /// <summary>How deep the middle of a layer lies: 0 is the bottom of the first layer, 1 the top of the last.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="layers">How many layers the model has.</param>
    public static double DepthOf(int layer, int layers) => (layer + 0.5) / layers;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Column.Name}{(Column.Unit.Length > 0 ? $" [{Column.Unit}]" : "")} of {Grid} heads by layer: ")
        + string.Join(", ", Layers.Select(l => FormattableString.Invariant($"{l.Mean.Value:0.###}")));

    // Draws: [head][draw]; none where there is no interval.
    private static LayerProfile Of(HeadGrid grid, HeadColumn column, double[][] drawn, int texts)
    {
        int draws = drawn.Length == 0 ? 0 : drawn[0].Length;
        double[][] means = [.. Enumerable.Range(0, draws).Select(d => Means(grid, h => drawn[h][d]))]; // [draw][layer]
        double[] known = Means(grid, h => column[h]);
        return new LayerProfile(column.Info, grid, [.. known.Select((mean, l) =>
        {
            double[] heads = column.Values[(l * grid.Heads)..((l + 1) * grid.Heads)], own = [.. heads.Where(double.IsFinite)];
            double spread = own.Length == 0 ? double.NaN : Math.Sqrt(own.Average(v => (v - mean) * (v - mean)));
            return new LayerValues(l, Interval.OfDraws(mean, means.Select(m => m[l])), spread, heads);
        })], Interval.OfDraws(MiddleContrast(known), means.Select(MiddleContrast)), texts);
    }

    private static double[] Means(HeadGrid grid, Func<int, double> valueOf) => [.. Enumerable.Range(0, grid.Layers).Select(l =>
        Enumerable.Range(l * grid.Heads, grid.Heads).Select(valueOf).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average())];
}
