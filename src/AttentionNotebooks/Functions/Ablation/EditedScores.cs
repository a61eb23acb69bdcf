using System.Diagnostics;
using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>One way to edit a model's attention.</summary>
/// <param name="LowestLayer">The lowest layer that it changes; the number of layers where it changes none.</param>
/// <param name="Hooks">Makes the hooks, from where the pass begins if not at the first layer.</param>
internal sealed record ModelEdit(int LowestLayer, Func<(int Layer, Tensor States)?, AttentionHooks> Hooks);

/// <summary>
/// A task's scores under many edits of one model. Batches are the outer loop: what enters each layer of the unedited model is
/// kept for one batch, and every edit sets out from the first layer that it changes. The scores are those of whole passes, bit for bit.
/// </summary>
internal static class EditedScores
{
    /// <summary>Asks a task once without and once with each edit.</summary>
    /// <param name="threads">How many passes run at once, each on one thread; 1 runs one after the other on libtorch's own threads.</param>
    /// <param name="wholePasses">Run every pass from the first layer on: slower, and the same.</param>
    /// <param name="under">Edits that hold in every pass, before those of each.</param>
    /// <param name="progress">Reports after each pass, in passes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The scores without the edits, and those with each.</returns>
    public static (TaskScores Before, IReadOnlyList<TaskScores> After) Run(IModelTask task, IReadOnlyList<ModelEdit> edits,
        int threads = 1, bool wholePasses = false, AttentionHooks? under = null, IProgress<VisitProgress>? progress = null,
            CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var clock = Stopwatch.StartNew();
        var before = TaskScores.OfNone(task.Count);
        TaskScores[] after = [.. edits.Select(_ => TaskScores.OfNone(task.Count))];
        int done = 0, all = task.Batches.Count * (edits.Count + 1);
        var gate = new Lock();
        using var workers = new OneThreadWorkers(Math.Min(threads, Math.Max(1, edits.Count)));
        foreach (var batch in task.Batches)
        {
            using var entering = new EnteringStates(task.Grid.Layers);
            workers.Run(1, _ => Evaluate(before, batch, new AttentionHooks { OnStates = entering.Keep }));
            workers.Run(edits.Count, i => Evaluate(after[i], batch, edits[i]
                .Hooks(wholePasses ? null : entering.From(edits[i].LowestLayer))));
        }
        return (before, after);

        void Evaluate(TaskScores scores, int[] batch, AttentionHooks hooks)
        {
            cancellation.ThrowIfCancellationRequested();
            using var noGradients = no_grad();
            using var scope = NewDisposeScope();
            scores.Take(batch, task.Evaluate(batch, under?.Then(hooks) ?? hooks));
            lock (gate) progress?.Report(new VisitProgress(++done, all, clock.Elapsed));
        }
    }
}
