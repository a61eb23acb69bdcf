using System.Globalization;
using TorchSharp;

namespace AttentionNotebooks;

/// <summary>Keeps every feature's value of every text as maps stream by.</summary>
internal sealed class FeatureRecorder : IAttentionVisitor
{
    /// <summary>The most that is kept by default: 1 GiB, as about 66,000 texts have of 14 features of 144 heads.</summary>
    public const long DefaultMemory = 1L << 30;

    private readonly TextValues _values;

    /// <summary>Creates a recorder.</summary>
    /// <param name="source">The source that will be visited.</param>
    /// <param name="features">What to compute.</param>
    /// <param name="memory">The most bytes to keep.</param>
    /// <exception cref="InputException">It would be more.</exception>
    public FeatureRecorder(IAttentionSource source, IReadOnlyList<HeadFeature> features, long memory = DefaultMemory)
    {
        long columns = features.Where(f => f.Statistic is null).LongCount() + features.Select(f => f.Statistic).OfType<TextStatistic>()
            .Distinct().Sum(s => (long)s.Parts);
        long bytes = source.Texts.Count * columns * source.Grid.Count * sizeof(double);
        if (bytes > memory || bytes / sizeof(double) > Array.MaxLength)
            throw new InputException($"the values of {source.Texts.Count:N0} texts", null,
                string.Create(CultureInfo.InvariantCulture,
                    $"take {bytes / (double)(1L << 30):0.0} GiB ({source.Grid} heads, {columns} columns), and "
                        + $"{memory / (double)(1L << 30):0.0} GiB are allowed"),
                "Use fewer texts (--limit) or features, or leave the intervals out: means alone take no room");
        _values = new TextValues(source.Grid, features, source.Texts) { From = Provenance.Of(source, features.Select(f => f.Name)) };
    }

    /// <summary>What was recorded.</summary>
    public TextValues Values => _values;

    /// <inheritdoc/>
    public bool NeedsValues => _values.Computed.Any(f => f.Needs.HasFlag(FeatureNeeds.Values));

    /// <inheritdoc/>
    public void Visit(LayerMaps maps)
    {
        _values.Findings.Visit(maps);
        var grid = _values.Grid;
        foreach (var part in _values.Computed.GroupBy(_values.FirstColumn).Select(g => g.First()))
        {
            using var scope = torch.NewDisposeScope();
            int parts = part.Statistic?.Parts ?? 1, column = _values.FirstColumn(part);
            var values = part.Statistic is null ? FeatureValues.Of(part, maps, grid) : FeatureValues.Of(part.Statistic, maps, grid);
            for (int i = 0; i < values.Length; i++)
            {
                int b = i / parts / grid.Heads, head = maps.Layer * grid.Heads + i / parts % grid.Heads;
                if (part.Statistic is null) FeatureValues.Has(part, values[i], maps.Batch.Texts[b], grid[head]);
                else FeatureValues.Check(part.Statistic.Name, values[i], maps.Batch.Texts[b], grid[head]);
                _values.Set(maps.Batch.Indices[b], column + i % parts, head, values[i]);
            }
        }
    }
}
