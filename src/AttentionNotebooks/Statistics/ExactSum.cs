using System.Numerics;

namespace AttentionNotebooks;

/// <summary>
/// A sum that does not depend on the order of its terms: each term is rounded to a multiple of 2⁻⁶⁴ and added in 128-bit
/// integers. Sums of parts, added, are the sum of the whole bit for bit, which floating point does not give.
/// </summary>
internal struct ExactSum
{
    /// <summary>Terms must be smaller than this, so that 2²³ of them cannot overflow.</summary>
    public const double Limit = 1L << 40;

    private const double Scale = 18446744073709551616.0; // 2⁶⁴

    private Int128 _sum;

    private ExactSum(Int128 sum) => _sum = sum;

    /// <summary>The sum in units of 2⁻⁶⁴.</summary>
    public readonly Int128 Units => _sum;

    /// <summary>A sum of so many units of 2⁻⁶⁴, as <see cref="Units"/> gave it.</summary>
    public static ExactSum FromUnits(Int128 units) => new(units);

    /// <summary>Adds a term.</summary>
    /// <param name="term">Finite and smaller than <see cref="Limit"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public void Add(double term)
    {
        if (!(Math.Abs(term) < Limit))
            throw new ArgumentOutOfRangeException(nameof(term), term, "not finite, or too large to be summed exactly");
        _sum = checked(_sum + (Int128)Math.Round(term * Scale));
    }

    /// <summary>Adds another sum's terms.</summary>
    /// <param name="other">The other sum.</param>
    public void Add(ExactSum other) => _sum = checked(_sum + other._sum);

    /// <summary>The mean of the terms; NaN where there were none.</summary>
    /// <param name="count">How many there were.</param>
    public readonly double Mean(int count) => count == 0 ? double.NaN : Ratio(_sum, count);

    /// <summary>
    /// The population variance of terms whose sum is <paramref name="sum"/> and whose squares' sum is <paramref name="squares"/>;
    /// without cancellation.
    /// </summary>
    /// <param name="sum">Σx.</param>
    /// <param name="squares">Σx².</param>
    /// <param name="count">n.</param>
    public static double Variance(ExactSum sum, ExactSum squares, int count)
    {
        // (n·Σx² − (Σx)²) / n², in integers of 2⁻¹²⁸ until the end.
        BigInteger numerator = ((BigInteger)squares._sum * count << 64) - (BigInteger)sum._sum * sum._sum;
        return Math.Max(0, Math.ScaleB((double)numerator, -128)) / ((double)count * count);
    }

    private static double Ratio(Int128 units, int count) => (double)(units / count) / Scale + (double)(units % count) / count / Scale;
}
