namespace AttentionNotebooks;

/// <summary>
/// What yields attention: a live model, an archive of saved maps, or maps that another engine gives. Attention is never kept for a
/// whole corpus: each layer's map of a batch is shown to a visitor and dropped.
/// </summary>
public interface IAttentionSource
{
    /// <summary>The model's heads.</summary>
    HeadGrid Grid { get; }

    /// <summary>The texts, in their own order.</summary>
    IReadOnlyList<AttentionText> Texts { get; }

    /// <summary>What the maps depend on, model and texts, as a hash: sources that agree in it give the same maps.</summary>
    string Fingerprint { get; }

    /// <summary>Which model the maps come from; <see langword="null"/> where it is not known, as of saved maps.</summary>
    ModelOrigin? Model => null;

    /// <summary>Whether a visitor that needs them gets the values' norms (<see cref="LayerMaps.ValueNorms"/>): a live model has them, saved
    /// and given maps do not.</summary>
    bool HasValues => false;

    /// <summary>Shows every batch of the plan, layer by layer, to the visitor.</summary>
    /// <param name="visitor">What to do with the maps.</param>
    /// <param name="options">Batch size and shard; <see cref="VisitOptions.Default"/> when omitted.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Looked at between layers.</param>
    /// <exception cref="InputException">A map is broken (archives, given maps).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    void Visit(IAttentionVisitor visitor, VisitOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default);

    /// <summary>All maps of one text: what a picture needs.</summary>
    /// <param name="text">Its position in <see cref="Texts"/>.</param>
    /// <exception cref="InputException">There is no such text, or its maps are broken (archives, given maps).</exception>
    TextMaps Maps(int text);
}

/// <summary>Receives attention maps. A visit sees, for each batch, the layers in order from 0.</summary>
public interface IAttentionVisitor
{
    /// <summary>
    /// Whether the visitor will ask for <see cref="LayerMaps.ValueNorms"/>, which cost the last layer's values and a product per
    /// layer.
    /// </summary>
    bool NeedsValues => false;

    /// <summary>One layer's map of one batch.</summary>
    /// <param name="maps">The maps with what is known of their texts; valid during the call only.</param>
    void Visit(LayerMaps maps);
}

/// <summary>How a source goes through its texts.</summary>
/// <param name="TokensPerBatch">A batch's B · T at most (a single longer text still makes a batch of its own).</param>
/// <param name="Shard">Which shard of <paramref name="Shards"/> to visit, from 0.</param>
/// <param name="Shards">Into how many shards the batches are dealt.</param>
/// <param name="Skip">How many of the shard's batches to leave out because they were visited before.</param>
public sealed record VisitOptions(int TokensPerBatch = 2048, int Shard = 0, int Shards = 1, int Skip = 0)
{
    /// <summary>2,048 tokens a batch, all of it.</summary>
    public static VisitOptions Default { get; } = new();
}

/// <summary>How far a visit is.</summary>
/// <param name="TextsDone">Texts visited.</param>
/// <param name="Texts">Texts to visit.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct VisitProgress(int TextsDone, int Texts, TimeSpan Elapsed)
{
    /// <summary>The time still to go at the speed so far.</summary>
    public TimeSpan Remaining => TextsDone == 0 ? TimeSpan.MaxValue : Elapsed * ((double)(Texts - TextsDone) / TextsDone);
}
