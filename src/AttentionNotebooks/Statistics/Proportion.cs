namespace AttentionNotebooks;

/// <summary>So many of so many, with an interval.</summary>
/// <param name="Correct">How many were right.</param>
/// <param name="Count">Of how many.</param>
/// <example><code>
/// var found = new Proportion(45, 60);
/// $"{found.Value:P0}, {found.Interval}"  // 75 %, 0.750 (0.628 to 0.842)
/// </code></example>
public readonly record struct Proportion(int Correct, int Count)
{
    private const double Z = 1.959963984540054; // the 97.5 % quantile of the normal distribution

    /// <summary>The share, from 0 to 1; NaN of nothing.</summary>
    public double Value => (double)Correct / Count;

    /// <summary>The 95 % interval of Wilson 1927, which stays within 0…1 and holds for small counts.</summary>
    public Interval Interval
    {
        get
        {
            if (Count == 0) return new Interval(double.NaN, 0, 1);
            double n = Count, p = Value, centre = p + Z * Z / (2 * n);
            double spread = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)), scale = 1 + Z * Z / n;
            return new Interval(p, Math.Max(0, (centre - spread) / scale), Math.Min(1, (centre + spread) / scale));
        }
    }
}
