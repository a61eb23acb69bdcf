using MathNet.Numerics.Distributions;

namespace AttentionNotebooks;

/// <summary>
/// Do two guessers differ on the same items? McNemar 1947, with the exact binomial distribution in place of χ², at every
/// size: under the null, an item that only one of them gets right is either's with probability ½.
/// </summary>
/// <remarks>
/// It takes the items for independent. Words of one sentence are not quite that; intervals over sentences stand beside it.
/// </remarks>
public static class McNemar
{
    /// <summary>The two-sided p-value, min(1, 2·P(X ≤ min(b, c))) with X ~ Binomial(b + c, ½).</summary>
    /// <param name="onlyFirst">b, items that only the first gets right.</param>
    /// <param name="onlySecond">c, items that only the second gets right.</param>
    /// <returns>From 0 to 1; 1 where they never differ.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static double PValue(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        int n = onlyFirst + onlySecond;
        return n == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, n, Math.Min(onlyFirst, onlySecond)));
    }
}
