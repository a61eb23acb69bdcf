namespace AttentionNotebooks;

/// <summary>From an attention source to a table of heads.</summary>
/// <example><code>
/// var source = new LiveAttention(Kit.Model(), Kit.Sentences());
/// var table = source.Extract([DistanceFeatures.MeanDistance, ConcentrationFeatures.Entropy]);
/// string.Join(", ", table.Features)      // mean_distance, entropy
/// </code></example>
public static class HeadFeatures
{
    /// <summary>Computes features of every head of a source, streaming.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="features">What to compute; <see cref="StandardFeatures.Default"/> and the user's own measures when omitted.</param>
    /// <param name="options">Batch size and shard.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">A map is broken, or a feature gives something other than one finite number per text and
    /// head.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HeadTable Extract(this IAttentionSource source, IReadOnlyList<HeadFeature>? features = null, VisitOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var reducer = new FeatureReducer(source.Grid, features ?? StandardFeatures.Default(source));
        source.Visit(reducer, options, progress, cancellation);
        var table = reducer.ToTable().Of(Provenance.Of(source, reducer.Features));
        return features is null ? UserMeasures.Columns(source.Grid).Aggregate(table, (t, column) => t.With(column)) : table;
    }

    /// <summary>Computes features and keeps the value of every text: for intervals, reliability and comparisons.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="features">What to compute; <see cref="StandardFeatures.Default"/> when omitted.</param>
    /// <param name="options">Batch size; shards have no values of their own.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="memory">The most bytes to keep.</param>
    /// <exception cref="InputException">It would be more, a map is broken, or a feature gives something other than one finite number per
    /// text and head.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TextValues Record(this IAttentionSource source, IReadOnlyList<HeadFeature>? features = null, VisitOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default, long memory = FeatureRecorder.DefaultMemory)
    {
        var recorder = new FeatureRecorder(source, features ?? StandardFeatures.Default(source), memory);
        source.Visit(recorder, (options ?? VisitOptions.Default) with { Shard = 0, Shards = 1, Skip = 0 }, progress, cancellation);
        return recorder.Values;
    }
}
