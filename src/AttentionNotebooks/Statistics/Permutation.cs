namespace AttentionNotebooks;

/// <summary>What permutation tests share.</summary>
internal static class Permutation
{
    // Equal up to rounding is equal, whatever the sign.
    private const double Rounding = 1e-12;

    /// <summary>
    /// (1 + how many of the null are at least the observed) / (1 + how many there are): the observed arrangement is one of
    /// those that the null allows, so that no p-value is 0 (Phipson and Smyth 2010). NaN where nothing was observed.
    /// </summary>
    /// <param name="observed">The statistic as observed; the larger, the farther from the null.</param>
    /// <param name="null">The statistic under the null.</param>
    public static double PValue(double observed, IReadOnlyCollection<double> @null) =>
        double.IsNaN(observed) ? double.NaN
        : (1.0 + @null.Count(v => v >= observed - Rounding * Math.Max(1, Math.Abs(observed)))) / (1 + @null.Count);

    /// <summary>Positions in a random order.</summary>
    /// <param name="count">How many there are.</param>
    public static int[] Of(int count, Random random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return order;
    }

    /// <summary>Heads dealt anew within their layers: what depth alone gives.</summary>
    /// <returns>Per position of the grid, the head that comes there.</returns>
    public static int[] WithinLayers(HeadGrid grid, Random random)
    {
        int[] order = [.. Enumerable.Range(0, grid.Count)];
        for (int layer = 0; layer < grid.Layers; layer++) random.Shuffle(order.AsSpan(layer * grid.Heads, grid.Heads));
        return order;
    }
}
