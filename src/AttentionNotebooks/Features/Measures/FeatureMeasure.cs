namespace AttentionNotebooks;

/// <summary>A family of features as a measure: all of them that the source can give, in one pass.</summary>
internal sealed class FeatureMeasure(FeatureFamily family) : IHeadMeasure
{
    /// <inheritdoc/>
    public string Name => family.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns => [.. family.Features.Select(f => f.Info)];

    /// <inheritdoc/>
    public FeatureNeeds Needs => family.Features.Select(f => f.Needs).Aggregate((a, b) => a & b);

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context)
    {
        // Counted in these texts: how rare a token is depends on them.
        var features = FeatureCatalogue.For(context.Source).Parse(family.Name, context.Source);
        return context.Source.Extract(features, progress: context.Progress, cancellation: context.Cancellation).Columns;
    }
}
