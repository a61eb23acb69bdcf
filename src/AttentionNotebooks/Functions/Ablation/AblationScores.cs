using System.Diagnostics;
using AttentionNotebooks.Attention;
using AttentionNotebooks.Bert;
using static TorchSharp.torch;

namespace AttentionNotebooks.Functions;

/// <summary>
/// A task's scores under many ablations. Batches are the outer loop: what enters each layer of the untouched model is kept for
/// one batch, and every ablation sets out from the first layer that it changes. The scores are those of whole passes, bit for bit.
/// </summary>
public static class AblationScores
{
    /// <summary>Asks a task once without and once with each ablation.</summary>
    /// <param name="task">The task.</param>
    /// <param name="grid">The heads of the task's model.</param>
    /// <param name="ablations">The ablations.</param>
    /// <param name="wholePasses">Run every pass from the first layer on: slower, and the same.</param>
    /// <param name="progress">Told after each pass, in passes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The scores of the untouched model, and those under each ablation.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (TaskScores Before, IReadOnlyList<TaskScores> After) Of(IModelTask task, HeadGrid grid, IReadOnlyList<Ablation> ablations,
        bool wholePasses = false, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        var before = TaskScores.OfNone(task.Count);
        TaskScores[] after = [.. ablations.Select(_ => TaskScores.OfNone(task.Count))];
        int done = 0, all = task.Batches.Count * (ablations.Count + 1);
        using var noGradients = no_grad();
        foreach (var batch in task.Batches)
        {
            using var entering = new EnteringStates(grid.Layers);
            Ask(before, batch, new AttentionHooks { OnStates = entering.Keep });
            for (int i = 0; i < ablations.Count; i++) Ask(after[i], batch, ablations[i].Hooks(wholePasses ? null : entering.From(ablations[i].LowestLayer)));
        }
        return (before, after);

        void Ask(TaskScores scores, int[] batch, AttentionHooks hooks)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            scores.Take(batch, task.Ask(batch, hooks));
            progress?.Report(new VisitProgress(++done, all, clock.Elapsed));
        }
    }
}
