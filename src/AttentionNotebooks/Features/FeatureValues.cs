using TorchSharp;

namespace AttentionNotebooks;

/// <summary>Runs formulas and checks what they return.</summary>
internal static class FeatureValues
{
    private const double Largest = 1 << 20;

    /// <summary>A feature's values in a batch, <c>[B, H]</c>.</summary>
    /// <exception cref="InputException">The formula returns another shape.</exception>
    public static float[] Of(HeadFeature feature, LayerMaps maps, HeadGrid grid)
    {
        var value = feature.Compute(maps);
        if (!value.shape.SequenceEqual([maps.Count, grid.Heads]))
            throw new InputException($"feature \"{feature.Name}\"", null,
                $"gives a tensor of shape [{string.Join(", ", value.shape)}] for {maps.Count} texts and {grid.Heads} heads",
                "Return one value per text and head, [B, H]: sum over the last two dimensions of the map");
        return Numbers(value);
    }

    /// <summary>A statistic's values in a batch, <c>[B, H, Parts]</c>.</summary>
    /// <exception cref="InvalidOperationException">The formula returns another shape.</exception>
    public static float[] Of(TextStatistic statistic, LayerMaps maps, HeadGrid grid)
    {
        var value = statistic.Compute(maps);
        return value.shape.SequenceEqual([maps.Count, grid.Heads, statistic.Parts]) ? Numbers(value)
            : throw new InvalidOperationException(
                $"statistic {statistic.Name} gives [{string.Join(", ", value.shape)}] "
                + $"instead of [{maps.Count}, {grid.Heads}, {statistic.Parts}]");
    }

    /// <summary>A feature that these texts do not have.</summary>
    public static InputException NoValue(ColumnInfo feature, Head head) =>
        new($"feature \"{feature.Name}\"", $"head {head}", $"has no value in these texts: {feature.Definition}",
            "Give more or longer texts, or leave the feature out");

    /// <summary>Whether a feature has a value in a text.</summary>
    /// <returns><see langword="false"/> where it has none and may have none.</returns>
    /// <exception cref="InputException">The value is no number, or too large for exact sums.</exception>
    public static bool Has(HeadFeature feature, double v, AttentionText text, Head head)
    {
        if (feature.MayLack && double.IsNaN(v)) return false;
        Check(feature.Name, v, text, head);
        return true;
    }

    /// <summary>Refuses a value that is no number, or too large for exact sums.</summary>
    /// <exception cref="InputException">It is.</exception>
    public static void Check(string feature, double v, AttentionText text, Head head)
    {
        if (!double.IsFinite(v))
            throw Bad($"is {v}",
                "Look at the formula: dividing by a count that can be 0 or taking the logarithm of 0 are the usual causes");
        // Its square must stay below ExactSum.Limit.
        if (Math.Abs(v) >= Largest)
            throw Bad($"is {v}, and values are summed exactly below {Largest} only", "Use a larger unit, or a share");

        InputException Bad(FormattableString problem, string remedy) =>
            new($"feature \"{feature}\"", $"text {text.Id}, head {head}", FormattableString.Invariant(problem), remedy);
    }

    private static float[] Numbers(torch.Tensor value) =>
        value.to_type(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
