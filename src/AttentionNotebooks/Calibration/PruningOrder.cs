namespace AttentionNotebooks;

/// <summary>An order to take heads out in: the least important first, ties in the grid's order.</summary>
/// <param name="Name">What gives the order.</param>
/// <param name="Importance">One value per head, in the grid's order.</param>
public sealed record PruningOrder(string Name, IReadOnlyList<double> Importance)
{
    /// <summary>By how strongly the loss answers to a gate on the head: mean |∂L/∂ξ_h| (Michel et al. 2019, §4.1).</summary>
    /// <param name="measured">The items to measure it on; none that is tested on.</param>
    /// <param name="progress">Told after each batch, in items.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static PruningOrder ByGradient(TaskPart measured, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default) =>
        new("by gradient", HeadGradients.Importance(HeadGradients.ComputeGates(measured.AsTask(), progress, cancellation)));

    /// <summary>By how much the loss rises without the head, each taken out alone (its output is 0); a head without which the loss falls goes first.</summary>
    /// <param name="measured">The items to measure it on; none that is tested on.</param>
    /// <param name="threads">How many passes run at once (<see cref="AblationScores.Run"/>).</param>
    /// <param name="progress">Told after each pass, in passes.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static PruningOrder ByAblation(TaskPart measured, int threads = 1, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var grid = measured.Task.Grid;
        var (before, after) = AblationScores.Run(measured.AsTask(), [.. grid.All().Select(h => new Ablation(grid, [h], AblationMode.Zero))], threads, progress: progress, cancellation: cancellation);
        return new("by ablation", [.. after.Select(a => a.Loss - before.Loss)]);
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
    public static PruningOrder ByFeatures(HeadTable table, IReadOnlyList<double> importance, IReadOnlyList<string>? features = null, HeadFolds folds = HeadFolds.Random, int seed = 0) =>
        new("by features", ImportanceModel.OutOfFold(table, importance, features, folds, seed));

    /// <summary>Random orders, the control.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them.</param>
    public static IReadOnlyList<PruningOrder> Random(HeadGrid grid, int count = 20, int seed = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new PruningOrder($"random {i}", [.. Enumerable.Range(0, grid.Count).Select(_ => random.NextDouble())]))];
    }

    /// <summary>The heads' positions, the first to go first.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <exception cref="InputException">There are more or fewer values than heads, or one is NaN.</exception>
    internal int[] Positions(HeadGrid grid)
    {
        if (Importance.Count != grid.Count || Importance.Any(double.IsNaN)) throw new InputException($"importance \"{Name}\"", null, $"is not one number for each of the {grid.Count} heads", "Compute it for this model");
        return [.. Enumerable.Range(0, grid.Count).OrderBy(i => Importance[i])];
    }
}
