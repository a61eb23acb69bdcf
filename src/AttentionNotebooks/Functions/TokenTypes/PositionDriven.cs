namespace AttentionNotebooks;

/// <summary>
/// Which share of a head's attention its place explains, and which is left to the words (<see cref="PositionAndContent"/>).
/// </summary>
internal sealed class PositionDriven : IHeadMeasure
{
    private static readonly ColumnInfo
        _position = new("position_driven", "share",
            "1 − Σ_ij (A_ij − Â_ij)² / Σ_ij (A_ij − 1/n)², Â from the key's kind and the offset", "this kit", MeasureKind.Position)
        { InSynthesis = true },
        _content = new("content_driven", "share", "1 − position_driven", "this kit", MeasureKind.Tokens);

    /// <inheritdoc/>
    public string Name => _position.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns { get; } = [_position, _content];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.None;

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context) =>
        Of(PositionAndContent.Measure(context.Source, context.Progress, context.Cancellation));

    /// <summary>The columns of shares that are there already; NaN for a head that is uniform everywhere.</summary>
    public static IReadOnlyList<HeadColumn> Of(PositionShares shares) => [new(_position, shares.Position), new(_content, shares.Content)];
}
