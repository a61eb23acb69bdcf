using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Every feature's value of every head in every text: what intervals, reliability, draws of other texts and comparisons at equal
/// length need. Texts × heads × columns in float64; a table of means alone does without (<see cref="HeadFeatures.Extract"/>).
/// </summary>
/// <example><code>
/// var values = source.Record();                          // or TextValues.Read("texts.npz")
/// var intervals = values.Intervals();                    // 95 %, over texts
/// var stability = Stability.OverTexts(clusters, values.Resample);
/// </code></example>
public sealed partial class TextValues
{
    // A feature has one column, its values; one of all texts together has those of its statistic.
    private readonly Dictionary<TextStatistic, int> _statisticColumns = [];
    private readonly Dictionary<string, int> _columns = [];
    private readonly Dictionary<string, HeadFeature> _together = [];
    private readonly double[] _values; // [text][column][head position]
    private readonly IReadOnlyList<TableNote>? _notes; // of values that were read; else they come from what was found

    internal TextValues(HeadGrid grid, IReadOnlyList<HeadFeature> features, IReadOnlyList<AttentionText> texts)
    {
        (Grid, Computed, Features, Texts) = (grid, features, [.. features.Select(f => f.Info)], texts);
        foreach (var f in features)
        {
            if (f.Statistic is null) _columns[f.Name] = ColumnCount++;
            else
            {
                _together[f.Name] = f;
                if (_statisticColumns.TryAdd(f.Statistic, ColumnCount)) ColumnCount += f.Statistic.Parts;
            }
        }
        _values = new double[(long)texts.Count * ColumnCount * grid.Count];
        Findings = new MapFindings(grid);
    }

    // Values that were read from a file.
    private TextValues(HeadGrid grid, IReadOnlyList<ColumnInfo> columns, IReadOnlyList<AttentionText> texts, double[] values,
        IReadOnlyList<TableNote> notes)
    {
        (Grid, Computed, Features, Texts, _values, _notes) = (grid, [], columns, texts, values, notes);
        foreach (var c in columns) _columns[c.Name] = ColumnCount++;
        Findings = new MapFindings(grid);
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>What the columns are.</summary>
    public IReadOnlyList<ColumnInfo> Features { get; }

    /// <summary>The texts, in the source's order. Of values that were read from a file only their number is known: their lengths are
    /// 0.</summary>
    public IReadOnlyList<AttentionText> Texts { get; }

    /// <summary>Where the values come from; <see langword="null"/> where it is not known.</summary>
    public Provenance? From { get; internal init; }

    internal int ColumnCount { get; private set; }

    internal MapFindings Findings { get; }

    /// <summary>The features whose values are recorded; empty where they were read.</summary>
    internal IReadOnlyList<HeadFeature> Computed { get; }

    /// <summary>A head's value in one text.</summary>
    /// <param name="text">The text's position.</param>
    /// <param name="feature">The feature's name.</param>
    /// <exception cref="InputException">There is no such text, head or feature, or the feature has no value in a single text.</exception>
    public double this[int text, Head head, string feature]
    {
        get
        {
            TextMaps.CheckIndex(text, Texts.Count);
            return _values[At(text, ColumnOf(feature), Grid.PositionOf(head))];
        }
    }

    /// <summary>A feature's values in one text.</summary>
    /// <param name="text">The text's position.</param>
    /// <param name="feature">The feature's name.</param>
    /// <returns>One per head in the grid's order; NaN where a head has none in this text.</returns>
    /// <exception cref="InputException">There is no such text or feature, or it has no value in a single text.</exception>
    public ReadOnlySpan<double> Row(int text, string feature)
    {
        TextMaps.CheckIndex(text, Texts.Count);
        return _values.AsSpan(At(text, ColumnOf(feature), 0), Grid.Count);
    }

    /// <summary>The table of means and spreads, the same bits as <see cref="HeadFeatures.Extract"/> gives, with the value of every text
    /// behind each column.</summary>
    /// <exception cref="InputException">A feature of all texts together has no value in them, or every feature lacks a head's
    /// value.</exception>
    public HeadTable ToTable()
    {
        double[] PerHead(Func<int, double> of) => [.. Enumerable.Range(0, Grid.Count).Select(of)];
        double Part(int column, int head) => Sums(column, head).Sum.Mean(Texts.Count); // a statistic has a value in every text
        var columns = new List<HeadColumn>();
        var lacking = new Dictionary<string, int[]>();
        foreach (var info in Features)
        {
            if (_together.TryGetValue(info.Name, out var f))
            {
                columns.Add(new(info, PerHead(h => Together(f, h, part => Part(_statisticColumns[f.Statistic!] + part, h)))));
                continue;
            }
            var sums = Enumerable.Range(0, Grid.Count).Select(h => Sums(_columns[info.Name], h)).ToArray();
            lacking[info.Name] = [.. sums.Select(s => s.Lacking)];
            columns.Add(new(info, PerHead(h => sums[h].Sum.Mean(Texts.Count - sums[h].Lacking)))
            {
                Spread = PerHead(h => Math.Sqrt(ExactSum.Variance(sums[h].Sum, sums[h].Squares, Texts.Count - sums[h].Lacking))),
                PerText = new Rows(this, info.Name),
            });
        }
        var notes = _notes ?? TableNotes.Of(Grid, [.. Computed.Zip(columns, (f, c) => new FeatureColumn(f, c.Values, c.Spread,
            f.MayLack ? lacking[f.Name] : []))], Texts.Count, Findings);
        HeadColumn[] whole = [.. columns.Where(c => c.Values.All(double.IsFinite))];
        if (whole.Length == 0) Present(columns[0].Name, columns[0].Values); // says which head has no value
        return new HeadTable(Grid, whole, Texts.Count, notes, From);
    }

    /// <summary>
    /// The features of several weighted corpora: each weighs the texts, and a value is the weighted mean over those that have one.
    /// Where a feature has no value under a weighting, it is NaN there.
    /// </summary>
    /// <param name="column">The feature.</param>
    /// <param name="weights"><c>[W, texts]</c>, float64, rows summing to 1.</param>
    /// <returns><c>[head position][W]</c>.</returns>
    internal double[][] Weighted(ColumnInfo column, Tensor weights)
    {
        using var scope = NewDisposeScope();
        if (!_together.TryGetValue(column.Name, out var feature)) return Means(weights, _columns[column.Name], 1, 0, Grid.Count)[0];
        // Some heads at a time: a statistic has up to hundreds of parts.
        var result = new double[Grid.Count][];
        int first = _statisticColumns[feature.Statistic!], parts = feature.Statistic!.Parts, step = Math.Max(1, Grid.Count / parts);
        for (int h = 0; h < Grid.Count; h += step)
        {
            int heads = Math.Min(step, Grid.Count - h);
            var means = Means(weights, first, parts, h, heads);
            for (int own = 0; own < heads; own++)
                result[h + own] = [.. Enumerable.Range(0, (int)weights.shape[0])
                    .Select(w => feature.OfMeans!([.. means.Select(part => part[own][w])]))];
        }
        return result;
    }

    internal void Set(int text, int column, int head, double value) => _values[At(text, column, head)] = value;

    /// <summary>Where a feature's column, or the first of its statistic's, stands.</summary>
    internal int FirstColumn(HeadFeature feature) => feature.Statistic is null ? _columns[feature.Name]
        : _statisticColumns[feature.Statistic];

    internal ColumnInfo FeatureOf(string name) => Features.FirstOrDefault(f => f.Name == name)
        ?? throw Spelling.Unknown("feature", name, [.. Features.Select(f => f.Name)]);

    // Weighted means of columns: [column][head][W].
    private double[][][] Means(Tensor weights, int column, int columns, int head, int heads)
    {
        var values = new double[Texts.Count * columns * heads];
        for (int t = 0; t < Texts.Count; t++)
            for (int c = 0; c < columns; c++)
                Array.Copy(_values, At(t, column + c, head), values, (t * columns + c) * heads, heads);
        double[] means = TextDraws.Means(weights, values, columns * heads);
        int w = (int)weights.shape[0];
        return [.. Enumerable.Range(0, columns).Select(c => Enumerable.Range(0, heads)
            .Select(h => means[((c * heads + h) * w)..((c * heads + h + 1) * w)]).ToArray())];
    }

    // Of the texts that have a value.
    private (ExactSum Sum, ExactSum Squares, int Lacking) Sums(int column, int head)
    {
        ExactSum sum = default, squares = default;
        int lacking = 0;
        for (int t = 0; t < Texts.Count; t++)
        {
            double v = _values[At(t, column, head)];
            if (double.IsNaN(v))
            {
                lacking++;
                continue;
            }
            sum.Add(v);
            squares.Add(v * v);
        }
        return (sum, squares, lacking);
    }

    private double Together(HeadFeature feature, int head, Func<int, double> meanOf)
    {
        double value = feature.OfMeans!([.. Enumerable.Range(0, feature.Statistic!.Parts).Select(meanOf)]);
        return double.IsFinite(value) ? value : throw FeatureValues.NoValue(feature.Info, Grid[head]);
    }

    // Means that are all there.
    private double[] Present(string feature, double[] means)
    {
        int bad = Array.FindIndex(means, double.IsNaN);
        return bad < 0 ? means : throw FeatureValues.NoValue(FeatureOf(feature), Grid[bad]);
    }

    private int At(int text, int column, int head) => checked((text * ColumnCount + column) * Grid.Count + head);

    private int ColumnOf(string feature) => _columns.TryGetValue(FeatureOf(feature).Name, out int column) ? column
        : throw new InputException($"feature \"{feature}\"", null, "is one of all texts together and has no value in a single text",
            "Ask for a feature that has one");
}
