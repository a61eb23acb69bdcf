namespace AttentionNotebooks;

/// <summary>
/// A task's scores under many ablations. What enters each layer of the untouched model is kept for one batch, and every ablation
/// sets out from the first layer that it changes. The scores are those of whole passes, bit for bit.
/// </summary>
internal static class AblationScores
{
    /// <summary>Asks a task once without and once with each ablation.</summary>
    /// <param name="threads">
    /// How many passes run at once, each on one thread; 1 runs one after the other on libtorch's own threads. More is faster for small
    /// models on CPUs. The task is then asked from several threads, and libtorch's number of threads is another one meanwhile.
    /// </param>
    /// <param name="wholePasses">Run every pass from the first layer on: slower, and the same.</param>
    /// <param name="progress">Reports after each pass, in passes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The scores of the untouched model, and those under each ablation.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (TaskScores Before, IReadOnlyList<TaskScores> After) Run(IModelTask task, IReadOnlyList<Ablation> ablations,
        int threads = 1, bool wholePasses = false, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default) =>
        EditedScores.Run(task, [.. ablations.Select(a => new ModelEdit(a.LowestLayer, a.Hooks))], threads, wholePasses, null, progress,
            cancellation);
}
