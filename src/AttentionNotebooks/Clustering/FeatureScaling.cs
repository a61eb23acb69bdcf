namespace AttentionNotebooks;

/// <summary>From a head table to points: one scaled row per head.</summary>
public static class FeatureScaling
{
    /// <summary>The table's rows, each column scaled.</summary>
    /// <param name="table">The columns to use.</param>
    /// <param name="scaling">How to scale them.</param>
    /// <returns><c>[heads][features]</c>.</returns>
    /// <exception cref="InputException">A column is not finite, or constant where the scaling divides by its spread.</exception>
    public static double[][] Points(this HeadTable table, Scaling scaling)
    {
        var columns = table.Features.Select(f => Scale(f, table.Column(f), scaling)).ToArray();
        return [.. Enumerable.Range(0, table.Grid.Count).Select(i => columns.Select(c => c[i]).ToArray())];
    }

    private static double[] Scale(string feature, double[] x, Scaling scaling)
    {
        if (x.Any(v => !double.IsFinite(v)))
            throw new InputException($"feature \"{feature}\"", null, "holds NaN or infinity", "Leave the feature out, or repair the table");
        return scaling switch
        {
            Scaling.None => [.. x],
            Scaling.ZScore => Affine(feature, x, x.Average(), StandardDeviation(x)),
            Scaling.Robust => Affine(feature, x, Quantile.Of(x, 0.5), Quantile.Of(x, 0.75) - Quantile.Of(x, 0.25)),
            Scaling.Rank => Ranked(feature, x),
            _ => throw new ArgumentOutOfRangeException(nameof(scaling)),
        };
    }

    private static double[] Affine(string feature, double[] x, double centre, double spread)
    {
        // A spread that is rounding error of the values' own size is no spread.
        if (!(spread > 1e-12 * x.Max(Math.Abs))) throw Constant(feature);
        return [.. x.Select(v => (v - centre) / spread)];
    }

    private static double[] Ranked(string feature, double[] x)
    {
        if (x.Distinct().Count() == 1) throw Constant(feature);
        return [.. Ranks.Of(x).Select(r => r / (x.Length - 1))];
    }

    private static InputException Constant(string feature) =>
        new($"feature \"{feature}\"", null, "has no spread over the heads, so it cannot be scaled",
            "Leave the feature out, or scale with none");

    // Population standard deviation: the heads are all there are, not a sample.
    private static double StandardDeviation(double[] x)
    {
        double mean = x.Average();
        return Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
    }
}
