namespace AttentionNotebooks;

/// <summary>The mean size of the loss' derivatives with respect to single attention weights, over all keys and by kind of key.</summary>
internal sealed class AttentionGradient : IHeadMeasure
{
    private const string Source = "Clark et al. 2019, §3.2";
    private static readonly ColumnInfo _whole =
        new("attention_gradient", "nats", "E_x mean_ij |∂L(x)/∂α_ij|", Source, MeasureKind.Importance)
        {
            Title = "attention gradient",
            InSynthesis = true,
        };

    /// <inheritdoc/>
    public string Name => _whole.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns { get; } = [_whole, .. KeyTypes.All.Select(OfKind)];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.Task;

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context)
    {
        var task = context.RequireTextTask(this);
        var grid = context.Source.Grid;
        var weights = HeadGradients.ComputeWeights(task, context.Progress, context.Cancellation);
        var kinds = KeyTypes.In(task.Texts);
        double[][] perText = [.. Enumerable.Range(0, task.Count).Select(i => WholeItem(task.TextsOf([i]), kinds, k => weights[k][i]))];
        return [HeadColumn.OfTexts(_whole, perText), .. kinds.Select(k => new HeadColumn(OfKind(k), MeanOverTexts(weights[k], grid)))];
    }

    private static ColumnInfo OfKind(KeyType kind) =>
        new($"attention_gradient_{kind.Suffix()}", "nats", "E_x mean_i,j∈kind |∂L(x)/∂α_ij|", Source, MeasureKind.Importance);

    // The mean over all queries and keys of an item's texts, from the means over keys of each kind.
    private static double[] WholeItem(TokenizedText[] texts, IReadOnlyList<KeyType> kinds, Func<KeyType, double[]> ofKind)
    {
        double[]? whole = null;
        double all = texts.Sum(t => (double)t.Length * t.Length);
        foreach (var kind in kinds)
        {
            double pairs = texts.Sum(t => (double)KeyTypes.Of(t).Count(k => k == kind) * t.Length);
            if (pairs == 0) continue;
            var values = ofKind(kind);
            whole ??= new double[values.Length];
            for (int h = 0; h < whole.Length; h++) whole[h] += values[h] * pairs / all;
        }
        return whole!;
    }

    // Over the texts that have such a key.
    private static double[] MeanOverTexts(double[][] perText, HeadGrid grid)
    {
        var having = perText.Where(v => !double.IsNaN(v[0])).ToArray();
        return [.. Enumerable.Range(0, grid.Count).Select(h => having.Average(v => v[h]))];
    }
}
