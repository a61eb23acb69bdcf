using System.Diagnostics;
using AttentionNotebooks.Attention;
using AttentionNotebooks.Bert;
using AttentionNotebooks.Bert.Training;
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
    /// <param name="threads">
    /// How many passes run at once, each on one thread; 1 runs one after the other on libtorch's own threads. More is faster for small
    /// models on CPUs. The task is then asked from several threads, and libtorch's number of threads is another one meanwhile.
    /// </param>
    /// <param name="wholePasses">Run every pass from the first layer on: slower, and the same.</param>
    /// <param name="progress">Told after each pass, in passes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The scores of the untouched model, and those under each ablation.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (TaskScores Before, IReadOnlyList<TaskScores> After) Of(IModelTask task, HeadGrid grid, IReadOnlyList<Ablation> ablations,
        int threads = 1, bool wholePasses = false, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var clock = Stopwatch.StartNew();
        var before = TaskScores.OfNone(task.Count);
        TaskScores[] after = [.. ablations.Select(_ => TaskScores.OfNone(task.Count))];
        int done = 0, all = task.Batches.Count * (ablations.Count + 1), threadsBefore = get_num_threads();
        var gate = new Lock();
        var replicas = threads > 1 ? new ReplicaThreads(Math.Min(threads, Math.Max(1, ablations.Count))) : null;
        try
        {
            foreach (var batch in task.Batches)
            {
                using var entering = new EnteringStates(grid.Layers);
                InTurn(1, _ => Ask(before, batch, new AttentionHooks { OnStates = entering.Keep }));
                InTurn(ablations.Count, i => Ask(after[i], batch, ablations[i].Hooks(wholePasses ? null : entering.From(ablations[i].LowestLayer))));
            }
        }
        finally
        {
            replicas?.Dispose();
            if (replicas is not null) set_num_threads(threadsBefore);
        }
        return (before, after);

        // Whoever is free takes the next; each writes scores of its own.
        void InTurn(int count, Action<int> work)
        {
            int next = -1;
            void Take()
            {
                using var noGradients = no_grad();
                for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next)) work(i);
            }
            if (replicas is null) Take();
            else replicas.Run(_ => Take());
        }

        void Ask(TaskScores scores, int[] batch, AttentionHooks hooks)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            scores.Take(batch, task.Ask(batch, hooks));
            lock (gate) progress?.Report(new VisitProgress(++done, all, clock.Elapsed));
        }
    }
}
