namespace AttentionNotebooks;

/// <summary>A task's loss and accuracy as heads are removed (their outputs are 0), in an order.</summary>
/// <param name="Name">What gives the order.</param>
/// <param name="Removed">How many heads are out, rising.</param>
/// <param name="Scores">The items' scores with so many out.</param>
public sealed record PruningCurve(string Name, IReadOnlyList<int> Removed, IReadOnlyList<TaskScores> Scores)
{
    /// <summary>The mean loss of a question at each step, in nats.</summary>
    public IReadOnlyList<double> Loss => [.. Scores.Select(s => s.Loss)];

    /// <summary>The share of questions answered right at each step.</summary>
    public IReadOnlyList<double> Accuracy => [.. Scores.Select(s => s.Accuracy.Value)];

    /// <summary>Measures curves. Passes that several orders share, such as that without any head, are run once.</summary>
    /// <param name="test">The items to score.</param>
    /// <param name="orders">The orders: any measures; the heads that have least of one go first.</param>
    /// <param name="steps">In how many steps all heads are removed, at least 1.</param>
    /// <param name="threads">How many passes run at once (<see cref="AblationScores.Run"/>).</param>
    /// <param name="start">How the heads that stay are set; as they are unless given.</param>
    /// <param name="progress">Reports after each pass, in passes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>A curve per order. Its scores are of the test items alone, in their order (<see cref="TaskPart.Items"/>).</returns>
    /// <exception cref="InputException">An order has more or fewer values than there are heads, or one that is NaN.</exception>
    public static IReadOnlyList<PruningCurve> Measure(Checkpoint model, TaskPart test, IReadOnlyList<HeadColumn> orders, int steps = 12,
        int threads = 1, ModelCalibration? start = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var grid = model.Config.Grid;
        int[] removed = [.. Enumerable.Range(0, steps + 1).Select(s => (int)Math.Round((double)s * grid.Count / steps)).Distinct()];
        var ablations = new List<Ablation>();
        var known = new Dictionary<string, int>(); // from the heads that are out to the ablation
        int PassOf(int[] gone)
        {
            string key = string.Join(' ', gone.Order());
            if (known.TryGetValue(key, out int at)) return at;
            ablations.Add(new Ablation(grid, gone.Select(p => grid[p]), AblationMode.Zero));
            return known[key] = ablations.Count - 1;
        }
        int[][] passes = [.. orders.Select(o => PruningOrders.Positions(o, grid))
            .Select(order => removed.Skip(1).Select(n => PassOf(order[..n])).ToArray())];
        var (before, after) = EditedScores.Run(test.AsTask(), [.. ablations.Select(a => new ModelEdit(a.LowestLayer, a.Hooks))], threads,
            under: start is null ? null : model.With(start).Hooks, progress: progress, cancellation: cancellation);
        return [.. orders.Select((o, i) => new PruningCurve(o.Name, removed, [before, .. passes[i].Select(p => after[p])]))];
    }

    /// <summary>Each item's value averaged over the curve by the trapezoid rule: the area under it, over the heads that it takes
    /// out.</summary>
    internal double[] PerItem(Func<TaskScores, int, double> of)
    {
        double whole = Removed[^1] - Removed[0];
        double Weight(int s) => (Removed[Math.Min(s + 1, Removed.Count - 1)] - Removed[Math.Max(s - 1, 0)]) / (2 * whole);
        return [.. Enumerable.Range(0, Scores[0].Losses.Length).Select(i => Scores.Select((s, step) => Weight(step) * of(s, i)).Sum())];
    }
}
