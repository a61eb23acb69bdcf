namespace AttentionNotebooks;

/// <summary>How much every head matters, by several measures, at one task.</summary>
/// <param name="Table">
/// A row per head: <c>gradient</c> (Michel et al. 2019), <c>gradient_normalised</c> (ℓ2 per layer), <c>first_order</c> (−E ∂L/∂ξ_h: what
/// the
/// tangent says the loss rises by without the head), <c>attention_gradient</c> and by kind of key <c>attention_gradient_cls</c>, … (Clark
/// et al.
/// 2019, §3.2), <c>norm_mass</c> and the shares <c>norm_cls</c>, … (Kobayashi et al. 2020) beside those of the attention itself
/// (<c>attention_cls</c>, …), and <c>rollout_distance</c> (after Abnar and Zuidema 2020). A kind of key that no text has is left out.
/// </param>
public sealed record HeadImportance(HeadTable Table)
{
    /// <summary>What can be compared between heads: the columns of the synthesis, with their values in every text.</summary>
    public IReadOnlyList<HeadColumn> Measures => [.. Table.Columns.Where(c => c.Info.InSynthesis && c.PerText is not null)];

    /// <summary>Computes measures of a model at a task.</summary>
    /// <param name="checkpoint">The task's model.</param>
    /// <param name="progress">Reports after each batch of each pass, in items.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HeadImportance Compute(Checkpoint checkpoint, ITextTask task, IProgress<VisitProgress>? progress = null,
        CancellationToken cancellation = default) =>
        new(MeasureCatalogue.Table(new MeasureContext(new LiveAttention(checkpoint, task.Texts))
        { Task = task, Progress = progress, Cancellation = cancellation }, MeasureCatalogue.Importance));
}
