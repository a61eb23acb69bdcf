namespace AttentionNotebooks;

/// <summary>Orders to remove heads in: any column will do, the least important heads first, ties in the grid's order.</summary>
public static class PruningOrders
{
    /// <summary>By a measure of the catalogue on some items of a task: <c>by gradient</c>, <c>by ablation</c>, ….</summary>
    /// <param name="measure">A measure, whose first column counts, or a column.</param>
    /// <param name="model">The task's model.</param>
    /// <param name="measured">The items to measure it on; none that is tested on.</param>
    /// <param name="threads">How many passes run at once (<see cref="AblationScores.Run"/>).</param>
    /// <param name="seed">Decides random choices of the measure.</param>
    /// <param name="progress">Reports after each batch or pass.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There is no such measure, or it needs what the task does not have.</exception>
    public static HeadColumn By(string measure, Checkpoint model, TaskPart measured, int threads = 1, int seed = 0,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (measured.Task is not ITextTask task)
            throw new InputException($"task \"{measured.Task.Name}\"", null, "has items that are no texts",
                "Measure importance on a task whose items are texts");
        var source = new LiveAttention(model, task.TextsOf(measured.Items));
        var context = new MeasureContext(source)
        {
            Task = measured.AsTask(),
            Seed = seed,
            Threads = threads,
            Progress = progress,
            Cancellation = cancellation,
        };
        var columns = MeasureCatalogue.Measure(context, measure);
        return (columns.FirstOrDefault(c => c.Name == measure) ?? columns[0]).Named($"by {measure}");
    }

    /// <summary>
    /// By importance as features alone predict it: each head's from a fit on other heads, so that its own importance is never used
    /// (<see cref="ImportanceModel.OutOfFold"/>).
    /// </summary>
    /// <param name="table">The heads' features, of texts that are not tested on.</param>
    /// <param name="importance">The importance of the heads to learn from.</param>
    /// <param name="features">The columns to use; those that heads are clustered on when omitted.</param>
    /// <param name="folds">Which other heads a head is predicted from.</param>
    /// <param name="seed">Decides the folds.</param>
    /// <exception cref="InputException">There are fewer than 20 heads, a value is not finite, or importance has no spread.</exception>
    public static HeadColumn ByFeatures(HeadTable table, IReadOnlyList<double> importance, IReadOnlyList<string>? features = null,
        HeadFolds folds = HeadFolds.Random, int seed = 0) =>
        new(new ColumnInfo("by features", (importance as HeadColumn)?.Unit ?? "", "importance as the features of other heads predict it",
            "this kit", MeasureKind.Importance),
            ImportanceModel.OutOfFold(table, importance, features, folds, seed));

    /// <summary>Random orders, the control.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them.</param>
    public static IReadOnlyList<HeadColumn> Random(HeadGrid grid, int count = 20, int seed = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
            new HeadColumn(new ColumnInfo($"random {i}"), [.. Enumerable.Range(0, grid.Count).Select(_ => random.NextDouble())]))];
    }

    /// <summary>The heads' positions, the first to go first.</summary>
    /// <param name="order">The column.</param>
    /// <param name="grid">The model's heads.</param>
    /// <exception cref="InputException">There are more or fewer values than heads, or one is NaN.</exception>
    internal static int[] Positions(HeadColumn order, HeadGrid grid)
    {
        if (order.Count != grid.Count || order.Any(double.IsNaN))
            throw new InputException($"importance \"{order.Name}\"", null, $"is not one number for each of the {grid.Count} heads",
                "Compute it for this model");
        return [.. Enumerable.Range(0, grid.Count).OrderBy(i => order[i])];
    }
}
