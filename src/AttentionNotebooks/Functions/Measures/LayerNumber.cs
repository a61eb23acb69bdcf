namespace AttentionNotebooks;

/// <summary>The layer of a head, from 0: the control of whatever changes from layer to layer.</summary>
public sealed class LayerNumber : IHeadMeasure
{
    private static readonly ColumnInfo _layer = new("layer", "layer, from 0", "l", "this kit", MeasureKind.Layer);

    /// <inheritdoc/>
    public string Name => _layer.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns { get; } = [_layer];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.None;

    /// <summary>The layers of a model's heads.</summary>
    /// <param name="grid">The heads.</param>
    public static HeadColumn Of(HeadGrid grid) => new(_layer, [.. grid.All().Select(h => (double)h.Layer)]);

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context) => [Of(context.Source.Grid)];
}
