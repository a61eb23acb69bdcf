using AttentionNotebooks.Attention;
using TorchSharp;

namespace AttentionNotebooks.Features;

/// <summary>
/// Turns maps into a head table as they stream by. What it keeps is as small as the table, whatever the corpus: per
/// head and feature the exact sums of the per-text values and of their squares.
/// </summary>
public sealed class FeatureReducer : IAttentionVisitor
{
    private const double Largest = 1 << 20;

    private readonly HeadGrid _grid;
    private readonly IReadOnlyList<HeadFeature> _features; // empty in a reducer read from a file, which can only be merged
    private readonly string[] _names;
    private readonly ExactSum[][] _sums, _squares; // [feature][head position]
    private int _texts;

    /// <summary>Creates an empty reducer.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="features">What to compute.</param>
    public FeatureReducer(HeadGrid grid, IReadOnlyList<HeadFeature> features)
    {
        _grid = grid;
        _features = features;
        _names = [.. features.Select(f => f.Name)];
        _sums = [.. features.Select(_ => new ExactSum[grid.Count])];
        _squares = [.. features.Select(_ => new ExactSum[grid.Count])];
    }

    private FeatureReducer(HeadGrid grid, string[] names, int texts, ExactSum[][] sums, ExactSum[][] squares)
    {
        (_grid, _features, _names, _texts, _sums, _squares) = (grid, [], names, texts, sums, squares);
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid => _grid;

    /// <summary>The names of the features.</summary>
    public IReadOnlyList<string> Features => _names;

    /// <summary>Texts seen so far.</summary>
    public int Texts => _texts;

    internal IReadOnlyList<ExactSum[]> Sums => _sums;

    internal IReadOnlyList<ExactSum[]> Squares => _squares;

    /// <summary>A reducer as it was when its sums were written.</summary>
    /// <exception cref="ArgumentException">The sums do not fit the names.</exception>
    internal static FeatureReducer Restore(HeadGrid grid, string[] names, int texts, ExactSum[][] sums, ExactSum[][] squares) =>
        sums.Length == names.Length && squares.Length == names.Length
            ? new FeatureReducer(grid, names, texts, sums, squares)
            : throw new ArgumentException($"{sums.Length} and {squares.Length} columns of sums for {names.Length} features");

    /// <inheritdoc/>
    public void Visit(TextBatch batch, int layer, torch.Tensor probabilities)
    {
        for (int f = 0; f < _features.Count; f++)
        {
            using var scope = torch.NewDisposeScope();
            Add(f, layer, batch, Values(_features[f], batch, probabilities));
        }
        if (layer == 0) _texts += batch.Count;
    }

    /// <summary>Adds what another reducer of the same features saw: the result is that of one reducer over both, bit for bit.</summary>
    /// <param name="other">The other reducer.</param>
    /// <exception cref="ArgumentException">It has other heads or features.</exception>
    public void Merge(FeatureReducer other)
    {
        if (other._grid != _grid || !other._names.SequenceEqual(_names))
            throw new ArgumentException("has other heads or features", nameof(other));
        for (int f = 0; f < _names.Length; f++)
            for (int h = 0; h < _grid.Count; h++)
            {
                _sums[f][h].Add(other._sums[f][h]);
                _squares[f][h].Add(other._squares[f][h]);
            }
        _texts += other._texts;
    }

    /// <summary>The table: per head and feature, mean and standard deviation over the texts seen.</summary>
    /// <exception cref="InvalidOperationException">No text was seen.</exception>
    public HeadTable ToTable()
    {
        if (_texts == 0) throw new InvalidOperationException("no text was seen");
        double[] Of(Func<int, double> value) => [.. Enumerable.Range(0, _grid.Count).Select(value)];
        return new HeadTable(_grid, _names,
            [.. _sums.Select(s => Of(h => s[h].Mean(_texts)))],
            [.. _sums.Zip(_squares, (s, q) => Of(h => Math.Sqrt(ExactSum.Variance(s[h], q[h], _texts))))], _texts);
    }

    private float[] Values(HeadFeature feature, TextBatch batch, torch.Tensor probabilities)
    {
        var value = feature.Compute(probabilities, batch);
        if (!value.shape.SequenceEqual([batch.Count, _grid.Heads]))
            throw new InputException($"feature \"{feature.Name}\"", null, $"gives a tensor of shape [{string.Join(", ", value.shape)}] for {batch.Count} texts and {_grid.Heads} heads",
                "Return one value per text and head, [B, H]: sum over the last two dimensions of the map");
        return value.to_type(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    private void Add(int f, int layer, TextBatch batch, float[] values)
    {
        for (int b = 0; b < batch.Count; b++)
            for (int h = 0; h < _grid.Heads; h++)
            {
                double v = values[b * _grid.Heads + h];
                int at = layer * _grid.Heads + h;
                if (!double.IsFinite(v)) throw Bad($"is {v}", "Look at the formula: dividing by a count that can be 0 or taking the logarithm of 0 are the usual causes");
                // Its square must stay below ExactSum.Limit.
                if (Math.Abs(v) >= Largest) throw Bad($"is {v}, and values are summed exactly below {Largest} only", "Use a larger unit, or a share");
                _sums[f][at].Add(v);
                _squares[f][at].Add(v * v);

                InputException Bad(FormattableString problem, string remedy) =>
                    new($"feature \"{_features[f].Name}\"", $"text {batch.Texts[b].Id}, head {_grid[at]}", FormattableString.Invariant(problem), remedy);
            }
    }
}
