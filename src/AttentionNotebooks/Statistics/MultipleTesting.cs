namespace AttentionNotebooks;

/// <summary>Corrections for testing many features at once.</summary>
public static class MultipleTesting
{
    /// <summary>Holm 1979: adjusted p-values that bound the chance of a single false rejection among all.</summary>
    /// <param name="p">P-values; NaN stays NaN and is not counted.</param>
    public static double[] Holm(IReadOnlyList<double> p) => Adjusted(p, ascending: true, (value, rank, count) => (count - rank) * value);

    /// <summary>Benjamini and Hochberg 1995: adjusted p-values that bound the expected share of false ones among the rejections.</summary>
    /// <param name="p">P-values; NaN stays NaN and is not counted.</param>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p) =>
        Adjusted(p, ascending: false, (value, rank, count) => value * count / (rank + 1));

    // Holm runs up from the least and keeps the largest so far, Benjamini-Hochberg down from the largest and keeps the least.
    private static double[] Adjusted(IReadOnlyList<double> p, bool ascending, Func<double, int, int, double> adjust)
    {
        double[] result = [.. Enumerable.Repeat(double.NaN, p.Count)];
        int[] order = [.. Enumerable.Range(0, p.Count).Where(i => !double.IsNaN(p[i])).OrderBy(i => p[i])];
        double so = ascending ? 0 : 1;
        foreach (int rank in ascending ? Enumerable.Range(0, order.Length) : Enumerable.Range(0, order.Length).Reverse())
        {
            double value = Math.Min(1, adjust(p[order[rank]], rank, order.Length));
            result[order[rank]] = so = ascending ? Math.Max(so, value) : Math.Min(so, value);
        }
        return result;
    }
}
