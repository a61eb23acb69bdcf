using TorchSharp;

namespace AttentionNotebooks;

/// <summary>
/// Turns maps into a head table as they stream by. What it keeps is as small as the table, whatever the corpus: per
/// head and feature the exact sums of the per-text values and of their squares, and the sums of the statistics that features
/// of all texts together are made of.
/// </summary>
public sealed class FeatureReducer : IAttentionVisitor
{
    private readonly HeadGrid _grid;
    private readonly IReadOnlyList<HeadFeature> _features;
    private readonly TextStatistic[] _statistics;
    private readonly ExactSum[][] _sums, _squares; // [feature][head position]; empty for features of all texts together
    private readonly ExactSum[][][] _means;        // [statistic][part][head position]
    private readonly int[][] _lacking;             // [feature][head position]: texts without a value; empty where all have one
    private readonly MapFindings _findings;
    private int _texts;

    /// <summary>Creates an empty reducer.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="features">What to compute.</param>
    public FeatureReducer(HeadGrid grid, IReadOnlyList<HeadFeature> features)
    {
        _grid = grid;
        _features = features;
        _statistics = StatisticsOf(features);
        _sums = [.. features.Select(f => f.Statistic is null ? new ExactSum[grid.Count] : [])];
        _squares = [.. _sums.Select(s => new ExactSum[s.Length])];
        _means = [.. _statistics.Select(s => Enumerable.Range(0, s.Parts).Select(_ => new ExactSum[grid.Count]).ToArray())];
        _lacking = [.. features.Select(f => f.MayLack ? new int[grid.Count] : [])];
        _findings = new MapFindings(grid);
    }

    private FeatureReducer(HeadGrid grid, IReadOnlyList<HeadFeature> features, int texts, ExactSum[][] sums, ExactSum[][] squares,
        ExactSum[][][] means, int[][] lacking, MapFindings findings)
    {
        (_grid, _features, _statistics, _texts, _sums, _squares, _means, _lacking, _findings) =
            (grid, features, StatisticsOf(features), texts, sums, squares, means, lacking, findings);
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid => _grid;

    /// <summary>The names of the features.</summary>
    public IReadOnlyList<string> Features => [.. _features.Select(f => f.Name)];

    /// <summary>Texts seen so far.</summary>
    public int Texts => _texts;

    /// <inheritdoc/>
    public bool NeedsValues => _features.Any(f => f.Needs.HasFlag(FeatureNeeds.Values));

    internal IReadOnlyList<TextStatistic> Statistics => _statistics;

    internal IReadOnlyList<ExactSum[]> Sums => _sums;

    internal IReadOnlyList<ExactSum[]> Squares => _squares;

    internal IReadOnlyList<ExactSum[][]> Means => _means;

    internal IReadOnlyList<int[]> Lacking => _lacking;

    internal MapFindings Findings => _findings;

    internal IReadOnlyList<HeadFeature> Definitions => _features;

    /// <summary>A reducer as it was when its sums were written.</summary>
    /// <exception cref="ArgumentException">The sums do not fit the features.</exception>
    internal static FeatureReducer Restore(HeadGrid grid, IReadOnlyList<HeadFeature> features, int texts, ExactSum[][] sums,
        ExactSum[][] squares, ExactSum[][][] means, int[][] lacking, MapFindings findings)
    {
        int Heads(HeadFeature f) => f.Statistic is null ? grid.Count : 0;
        var statistics = StatisticsOf(features);
        bool fits = sums.Select(s => s.Length).SequenceEqual(features.Select(Heads))
            && squares.Select(s => s.Length).SequenceEqual(features.Select(Heads))
            && means.Select(m => m.Length).SequenceEqual(statistics.Select(s => s.Parts))
            && means.All(m => m.All(p => p.Length == grid.Count))
            && lacking.Select(l => l.Length).SequenceEqual(features.Select(f => f.MayLack ? grid.Count : 0))
            && lacking.All(l => l.All(n => n >= 0 && n <= texts));
        return fits ? new FeatureReducer(grid, features, texts, sums, squares, means, lacking, findings)
            : throw new ArgumentException($"the sums do not fit {features.Count} features of {grid.Count} heads");
    }

    /// <inheritdoc/>
    public void Visit(LayerMaps maps)
    {
        for (int f = 0; f < _features.Count; f++)
        {
            if (_features[f].Statistic is not null) continue;
            using var scope = torch.NewDisposeScope();
            Add(f, maps, FeatureValues.Of(_features[f], maps, _grid));
        }
        for (int s = 0; s < _statistics.Length; s++)
        {
            using var scope = torch.NewDisposeScope();
            Add(_statistics[s], _means[s], maps, FeatureValues.Of(_statistics[s], maps, _grid));
        }
        _findings.Visit(maps);
        if (maps.Layer == 0) _texts += maps.Count;
    }

    /// <summary>Adds what another reducer of the same features saw: the result is that of one reducer over both, bit for bit.</summary>
    /// <param name="other">The other reducer.</param>
    /// <exception cref="ArgumentException">It has other heads or features.</exception>
    public void Merge(FeatureReducer other)
    {
        if (other._grid != _grid || !other.Features.SequenceEqual(Features))
            throw new ArgumentException("has other heads or features", nameof(other));
        Add(_sums, other._sums);
        Add(_squares, other._squares);
        for (int s = 0; s < _means.Length; s++) Add(_means[s], other._means[s]);
        for (int f = 0; f < _lacking.Length; f++)
            for (int h = 0; h < _lacking[f].Length; h++) _lacking[f][h] += other._lacking[f][h];
        _findings.Add(other._findings);
        _texts += other._texts;
    }

    /// <summary>The table: per head and feature, mean and standard deviation over the texts seen.</summary>
    /// <exception cref="InvalidOperationException">No text was seen.</exception>
    /// <exception cref="InputException">A feature has no value in them.</exception>
    public HeadTable ToTable() => ToTable(leaveOutUndefined: false);

    /// <summary>The table, without the features that have no value in these texts if the caller wants so.</summary>
    /// <param name="leaveOutUndefined">Whether a feature that has no value in these texts is left out; otherwise it is an error.</param>
    /// <exception cref="InvalidOperationException">No text was seen.</exception>
    /// <exception cref="InputException">A feature has no value, and is not to be left out. One of those that texts may lack is left out
    /// with a note, unless there is no other.</exception>
    public HeadTable ToTable(bool leaveOutUndefined)
    {
        if (_texts == 0) throw new InvalidOperationException("no text was seen");
        double[] Of(Func<int, double> value) => [.. Enumerable.Range(0, _grid.Count).Select(value)];
        var columns = new List<FeatureColumn>();
        for (int i = 0; i < _features.Count; i++)
        {
            var (f, sums, squares, lacking) = (_features[i], _sums[i], _squares[i], _lacking[i]);
            int Texts(int h) => f.MayLack ? _texts - lacking[h] : _texts;
            columns.Add(f.Statistic is null
                ? new(f, Of(h => sums[h].Mean(Texts(h))), Of(h => Math.Sqrt(ExactSum.Variance(sums[h], squares[h], Texts(h)))), lacking)
                : new(f, Of(h => Together(f, h)), null, []));
        }
        // Where texts may have no value, a note says that a head has none at all.
        bool all = columns.All(c => !c.IsWhole);
        foreach (var c in columns.Where(c => !c.IsWhole && !leaveOutUndefined && (all || !c.Feature.MayLack)))
            throw FeatureValues.NoValue(c.Feature.Info, _grid[Array.FindIndex(c.Values, v => !double.IsFinite(v))]);
        columns.RemoveAll(c => !c.IsWhole && !c.Feature.MayLack);
        return new HeadTable(_grid,
            [.. columns.Where(c => c.IsWhole).Select(c => new HeadColumn(c.Feature.Info, c.Values) { Spread = c.Deviations })], _texts,
            TableNotes.Of(_grid, columns, _texts, _findings));
    }

    private double Together(HeadFeature feature, int head) =>
        feature.OfMeans!([.. _means[Array.IndexOf(_statistics, feature.Statistic)].Select(part => part[head].Mean(_texts))]);

    private void Add(int f, LayerMaps maps, float[] values)
    {
        for (int b = 0; b < maps.Count; b++)
            for (int h = 0; h < _grid.Heads; h++)
            {
                double v = values[b * _grid.Heads + h];
                int at = maps.Layer * _grid.Heads + h;
                if (!FeatureValues.Has(_features[f], v, maps.Batch.Texts[b], _grid[at]))
                {
                    _lacking[f][at]++;
                    continue;
                }
                _sums[f][at].Add(v);
                _squares[f][at].Add(v * v);
            }
    }

    private void Add(TextStatistic statistic, ExactSum[][] sums, LayerMaps maps, float[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int part = i % statistic.Parts, b = i / statistic.Parts / _grid.Heads,
                at = maps.Layer * _grid.Heads + i / statistic.Parts % _grid.Heads;
            FeatureValues.Check(statistic.Name, values[i], maps.Batch.Texts[b], _grid[at]);
            sums[part][at].Add(values[i]);
        }
    }

    private static void Add(ExactSum[][] to, ExactSum[][] from)
    {
        for (int c = 0; c < to.Length; c++)
            for (int h = 0; h < to[c].Length; h++) to[c][h].Add(from[c][h]);
    }

    private static TextStatistic[] StatisticsOf(IReadOnlyList<HeadFeature> features) =>
        [.. features.Select(f => f.Statistic).OfType<TextStatistic>().Distinct()];
}
