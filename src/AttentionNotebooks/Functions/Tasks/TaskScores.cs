using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>How a model did at a task, item by item, so that two models or two states of one can be compared on the same items.</summary>
/// <param name="Losses">The sum of each item's cross-entropies, in nats.</param>
/// <param name="Correct">How many of each item's targets were predicted right.</param>
/// <param name="Targets">How many targets each item has.</param>
public sealed record TaskScores(double[] Losses, int[] Correct, int[] Targets)
{
    /// <summary>Mean cross-entropy of a target, in nats.</summary>
    public double Loss => Losses.Sum() / Targets.Sum();

    /// <summary>The share of targets predicted right.</summary>
    public Proportion Accuracy => new(Correct.Sum(), Targets.Sum());

    /// <summary>Evaluates a model on all items of a task, or on some.</summary>
    /// <param name="hooks">Edits of the model's attention, if any.</param>
    /// <param name="batches">Which items, dealt into batches; all unless given. The others' entries stay 0.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The scores of each item.</returns>
    /// <exception cref="InputException">A loss is NaN or infinite.</exception>
    public static TaskScores Evaluate(IModelTask task, AttentionHooks? hooks = null, IReadOnlyList<int[]>? batches = null,
        CancellationToken cancellation = default) =>
        Evaluate(task, hooks, batches, cancellation, anyLoss: false);

    /// <summary>As above; with <paramref name="anyLoss"/> for those who look at the loss themselves, and know the step that led to
    /// it.</summary>
    internal static TaskScores Evaluate(IModelTask task, AttentionHooks? hooks, IReadOnlyList<int[]>? batches,
        CancellationToken cancellation, bool anyLoss)
    {
        var scores = OfNone(task.Count);
        using var noGradients = no_grad();
        foreach (var batch in batches ?? task.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            scores.Take(batch, task.Evaluate(batch, hooks), anyLoss);
        }
        return scores;
    }

    /// <summary>Scores of so many items, none of which was evaluated yet.</summary>
    internal static TaskScores OfNone(int items) => new(new double[items], new int[items], new int[items]);

    /// <summary>Enters the output of a batch.</summary>
    /// <exception cref="InputException">A loss is NaN or infinite.</exception>
    internal void Take(IReadOnlyList<int> batch, TaskOutput output, bool anyLoss = false)
    {
        float[] loss = output.Loss.Floats(), right = output.Correct.Floats(), targets = output.Targets.Floats();
        int bad = anyLoss ? -1 : Array.FindIndex(loss, v => !float.IsFinite(v));
        if (bad >= 0)
            throw new InputException($"item {batch[bad]}", null, FormattableString.Invariant($"has a loss of {loss[bad]}"),
                "The model's answers are no numbers: look at the edits of its attention, or compute in float32");
        for (int i = 0; i < batch.Count; i++)
            (Losses[batch[i]], Correct[batch[i]], Targets[batch[i]]) = (loss[i], (int)right[i], (int)targets[i]);
    }
}
