namespace AttentionNotebooks;

/// <summary>
/// How strongly the loss answers to a gate on the head, from one backward pass per batch (<see cref="HeadGradients.ComputeGates"/>).
/// </summary>
public sealed class GateGradient : IHeadMeasure
{
    private static readonly ColumnInfo
        _gradient = new("gradient", "nats", "E_x |∂L(x)/∂ξ_h|", "Michel et al. 2019, §4.1", MeasureKind.Importance) { InSynthesis = true },
        _normalised = new("gradient_normalised", "share of the layer's length",
            "gradient / ‖gradient of the layer‖₂", "Michel et al. 2019", MeasureKind.Importance),
        _firstOrder = new("first_order", "nats", "−E_x ∂L(x)/∂ξ_h", "this kit", MeasureKind.Importance)
        {
            Title = "first order",
            InSynthesis = true,
        };

    /// <inheritdoc/>
    public string Name => _gradient.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnInfo> Columns { get; } = [_gradient, _normalised, _firstOrder];

    /// <inheritdoc/>
    public FeatureNeeds Needs => FeatureNeeds.Task;

    /// <inheritdoc/>
    public IReadOnlyList<HeadColumn> Measure(MeasureContext context) =>
        Of(HeadGradients.ComputeGates(context.RequireTask(this), context.Progress, context.Cancellation),
            context.Source.Grid);

    /// <summary>The columns of gradients that are there already.</summary>
    /// <param name="gates">What <see cref="HeadGradients.ComputeGates"/> gave, <c>[item][head position]</c>.</param>
    /// <param name="grid">The model's heads.</param>
    /// <returns>
    /// The size, the size with layers brought to length 1, and the change of the loss that the tangent predicts without the head.
    /// </returns>
    public static IReadOnlyList<HeadColumn> Of(IReadOnlyList<double[]> gates, HeadGrid grid)
    {
        var gradient = HeadColumn.OfTexts(_gradient, [.. gates.Select(g => g.Select(Math.Abs).ToArray())]);
        return
        [
            gradient, new(_normalised, HeadGradients.NormalisedPerLayer(gradient, grid)),
            HeadColumn.OfTexts(_firstOrder, [.. gates.Select(g => g.Select(v => -v).ToArray())]),
        ];
    }
}
