namespace AttentionNotebooks;

/// <summary>The values of a sample below which a share of it lies.</summary>
internal static class Quantile
{
    /// <summary>The q-quantile with linear interpolation (type 7 of Hyndman and Fan 1996).</summary>
    /// <param name="values">At least one value, in any order; NaN counts as less than any number.</param>
    /// <param name="q">From 0, the least value, to 1, the largest.</param>
    public static double Of(IEnumerable<double> values, double q) => OfSorted([.. values.Order()], q);

    /// <summary>The same of values that are sorted already, the least first.</summary>
    public static double OfSorted(double[] sorted, double q)
    {
        double at = q * (sorted.Length - 1);
        int low = (int)at;
        return low + 1 < sorted.Length ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
    }
}
