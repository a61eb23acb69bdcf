namespace AttentionNotebooks;

/// <summary>Correlations of two columns.</summary>
public static class RankCorrelation
{
    /// <summary>
    /// Spearman's rank correlation, ties with their mean rank (Spearman 1904): −1 … 1; NaN where a column is constant.
    /// </summary>
    /// <param name="x">Values.</param>
    /// <param name="y">As many.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) => Pearson(Ranks.Of(x), Ranks.Of(y));

    /// <summary>Pearson's correlation: −1 … 1; NaN where a column is constant.</summary>
    /// <param name="x">Values.</param>
    /// <param name="y">As many.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count) throw new ArgumentException("the columns have different lengths", nameof(y));
        double mx = x.Average(), my = y.Average(), xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Count; i++)
        {
            xy += (x[i] - mx) * (y[i] - my);
            xx += (x[i] - mx) * (x[i] - mx);
            yy += (y[i] - my) * (y[i] - my);
        }
        // A spread that is rounding error of the values' own size is no spread.
        bool constant = xx <= 1e-24 * x.Sum(v => v * v) || yy <= 1e-24 * y.Sum(v => v * v);
        return constant ? double.NaN : Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1);
    }

    /// <summary>
    /// The size of Spearman's correlation that one pair of unrelated columns in twenty exceeds: 1.96/√(n − 1), by its normal
    /// approximation.
    /// </summary>
    /// <param name="n">Values per column.</param>
    public static double ByChance(int n) => 1.96 / Math.Sqrt(n - 1);
}
