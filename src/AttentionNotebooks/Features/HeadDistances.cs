using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Distances of all pairs of heads of a source, streaming.</summary>
public static class HeadDistances
{
    /// <summary>Computes the distance of every pair of heads: the mean over a text's queries, then over texts.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="distance">Which distance.</param>
    /// <param name="options">Batch size and shard.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns><c>[N, N]</c> in the grid's order, symmetric, 0 on the diagonal.</returns>
    /// <exception cref="InputException">A map is broken.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double[,] Distances(this IAttentionSource source, HeadDistance distance, VisitOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var reducer = new HeadDistanceReducer(source.Grid, distance);
        source.Visit(reducer, options, progress, cancellation);
        return reducer.ToMatrix();
    }
}

/// <summary>
/// Collects distances as maps stream by. Pairs cross layers, so the layers of one batch are held until the last is
/// there; what is kept beyond the batch is one exact sum per pair, whatever the corpus.
/// </summary>
public sealed class HeadDistanceReducer : IAttentionVisitor, IDisposable
{
    private readonly HeadGrid _grid;
    private readonly HeadDistance _distance;
    private readonly ExactSum[] _sums; // [N·N], the upper triangle is used
    private readonly List<Tensor> _layers = [];
    private readonly MapFindings _findings;
    private MapFindings _ofBatch;
    private int _texts;

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid => _grid;

    /// <summary>Texts seen so far.</summary>
    public int Texts => _texts;

    /// <summary>
    /// What the distances do not show: heads that are uniform or look at one key everywhere, rows of saved maps that did not sum
    /// to 1, texts of one token.
    /// </summary>
    public IReadOnlyList<TableNote> Notes => TableNotes.Of(_distance.Name, _texts, _findings);

    /// <summary>Which distance; read from a file, its name alone.</summary>
    public HeadDistance Distance => _distance;

    internal MapFindings Findings => _findings;

    internal IReadOnlyList<ExactSum> Sums => _sums;

    /// <summary>A reducer as it was when its sums were written; it can only be merged.</summary>
    internal static HeadDistanceReducer Restore(HeadGrid grid, string distance, int texts, ExactSum[] sums, MapFindings findings)
    {
        var reducer = new HeadDistanceReducer(grid,
            new HeadDistance(distance, "", "", _ => throw new InvalidOperationException("read from a file, it can only be merged")))
        { _texts = texts };
        sums.CopyTo(reducer._sums, 0);
        reducer._findings.Add(findings);
        return reducer;
    }

    /// <summary>Creates an empty reducer.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="distance">Which distance.</param>
    public HeadDistanceReducer(HeadGrid grid, HeadDistance distance)
    {
        _grid = grid;
        _distance = distance;
        _sums = new ExactSum[grid.Count * grid.Count];
        (_findings, _ofBatch) = (new MapFindings(grid), new MapFindings(grid));
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">The distance of two heads is NaN, infinite or too large.</exception>
    public void Visit(LayerMaps maps)
    {
        if (maps.Layer == 0)
        {
            // What a visit stopped in its middle has left.
            Dispose();
            _ofBatch = new MapFindings(_grid);
        }
        _layers.Add(maps.Probabilities.clone().DetachFromDisposeScope());
        _ofBatch.Visit(maps);
        if (_layers.Count < _grid.Layers) return;
        for (int b = 0; b < maps.Count; b++) Add(b, maps.Batch.Texts[b]);
        _findings.Add(_ofBatch);
        _texts += maps.Count;
        Dispose();
    }

    /// <summary>Adds what another reducer of the same distance saw: the result is that of one reducer over both, bit for bit.</summary>
    /// <param name="other">The other reducer.</param>
    /// <exception cref="ArgumentException">It has other heads or another distance.</exception>
    public void Merge(HeadDistanceReducer other)
    {
        if (other._grid != _grid || other._distance.Name != _distance.Name)
            throw new ArgumentException("has other heads or another distance", nameof(other));
        for (int i = 0; i < _sums.Length; i++) _sums[i].Add(other._sums[i]);
        _findings.Add(other._findings);
        _texts += other._texts;
    }

    /// <summary>The mean over texts.</summary>
    /// <returns><c>[N, N]</c>.</returns>
    /// <exception cref="InvalidOperationException">No text was seen.</exception>
    public double[,] ToMatrix()
    {
        if (_texts == 0) throw new InvalidOperationException("no text was seen");
        int n = _grid.Count;
        var matrix = new double[n, n];
        for (int a = 0; a < n; a++)
            for (int b = a + 1; b < n; b++) matrix[a, b] = matrix[b, a] = _sums[a * n + b].Mean(_texts);
        return matrix;
    }

    /// <summary>Lets go of the layers of an unfinished batch.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        _layers.Clear();
    }

    private void Add(int text, AttentionText of)
    {
        int length = of.Length;
        using var scope = NewDisposeScope();
        var maps = cat([.. _layers.Select(l => l[text, .., ..length, ..length])], 0);    // [N, T, T]
        var rows = maps.transpose(0, 1).to_type(ScalarType.Float64).contiguous();         // [T queries, N, T keys]
        var sum = _distance.Pairwise(rows).cpu().contiguous().data<double>();
        int n = _grid.Count;
        for (int a = 0; a < n; a++)
            for (int b = a + 1; b < n; b++)
            {
                double d = sum[a * n + b] / length;
                if (!(Math.Abs(d) < ExactSum.Limit))
                    throw new InputException($"distance \"{_distance.Name}\"",
                        FormattableString.Invariant($"text {of.Id}, heads {_grid[a]} and {_grid[b]}"),
                        FormattableString.Invariant($"is {d}"),
                        "Look at the formula: dividing by a norm or taking the logarithm of a weight that can be 0 are the usual causes");
                _sums[a * n + b].Add(d);
            }
    }
}
