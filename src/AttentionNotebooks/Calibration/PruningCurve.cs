using AttentionNotebooks.Bert;
using AttentionNotebooks.Functions;

namespace AttentionNotebooks.Calibration;

/// <summary>A task's loss and accuracy as heads are taken out (gates at 0), in an order.</summary>
/// <param name="Name">What gives the order.</param>
/// <param name="Removed">How many heads are out, from 0.</param>
/// <param name="Loss">The mean loss of a question, in nats.</param>
/// <param name="Accuracy">The share of questions answered right.</param>
public sealed record PruningCurve(string Name, IReadOnlyList<int> Removed, IReadOnlyList<double> Loss, IReadOnlyList<double> Accuracy)
{
    /// <summary>Measures a curve.</summary>
    /// <param name="model">The model.</param>
    /// <param name="test">The items to score.</param>
    /// <param name="name">What gives the order.</param>
    /// <param name="importance">One value per head in the grid's order; the least goes first, ties in the grid's order.</param>
    /// <param name="steps">In how many steps all heads are taken out, at least 1.</param>
    /// <param name="start">How the heads that stay are set; as they are unless given.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There are more or fewer values than heads, or one is NaN.</exception>
    public static PruningCurve Of(Checkpoint model, TaskPart test, string name, IReadOnlyList<double> importance, int steps = 12, ModelCalibration? start = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var grid = new HeadGrid(model.Config.NumHiddenLayers, model.Config.NumAttentionHeads);
        if (importance.Count != grid.Count || importance.Any(double.IsNaN)) throw new InputException($"importance \"{name}\"", null, $"is not one number for each of the {grid.Count} heads", "Compute it for this model");
        int[] order = [.. Enumerable.Range(0, grid.Count).OrderBy(i => importance[i])];
        int[] removed = [.. Enumerable.Range(0, steps + 1).Select(s => (int)Math.Round((double)s * grid.Count / steps)).Distinct()];
        TaskScores[] scores = [.. removed.Select(n => test.Score(model.With((start ?? ModelCalibration.Identity(grid)).With(order.Take(n).Select(i => grid[i]), h => h with { Gate = 0 })).Hooks, cancellation))];
        return new PruningCurve(name, removed, [.. scores.Select(s => s.Loss)], [.. scores.Select(s => s.Accuracy.Value)]);
    }

    /// <summary>Curves of random orders, for a band.</summary>
    /// <param name="model">The model.</param>
    /// <param name="test">The items to score.</param>
    /// <param name="orders">How many orders.</param>
    /// <param name="steps">In how many steps all heads are taken out.</param>
    /// <param name="seed">Decides the orders.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static IReadOnlyList<PruningCurve> Random(Checkpoint model, TaskPart test, int orders = 20, int steps = 12, int seed = 0, CancellationToken cancellation = default)
    {
        var random = new Random(seed);
        int heads = model.Config.NumHiddenLayers * model.Config.NumAttentionHeads;
        return [.. Enumerable.Range(0, orders).Select(i => Of(model, test, $"random {i}", [.. Enumerable.Range(0, heads).Select(_ => random.NextDouble())], steps, cancellation: cancellation))];
    }
}
