namespace AttentionNotebooks;

/// <summary>A figure with its interval.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Low">Lower end; NaN where there is too little to say.</param>
/// <param name="High">Upper end.</param>
/// <example><code>
/// double[] draws = [.. Enumerable.Range(0, 101).Select(i => i / 100.0)];
/// var interval = Interval.OfDraws(0.5, draws);
/// $"{interval}"                          // 0.500 (0.025 to 0.975)
/// </code></example>
public readonly record struct Interval(double Value, double Low, double High)
{
    /// <summary>
    /// A percentile interval (Efron 1979): its ends are a lower and an upper quantile of the figure over draws. By default 95 % of
    /// the draws lie in it.
    /// </summary>
    /// <param name="value">The figure itself.</param>
    /// <param name="draws">The figure of each draw; draws of which it is not a finite number are left out.</param>
    /// <param name="lower">Which quantile is the lower end, from 0 to 1.</param>
    /// <param name="upper">Which is the upper end.</param>
    /// <returns>Ends of NaN where no draw is left.</returns>
    public static Interval OfDraws(double value, IEnumerable<double> draws, double lower = 0.025, double upper = 0.975)
    {
        double[] sorted = [.. draws.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? new(value, double.NaN, double.NaN)
            : new(value, Quantile.OfSorted(sorted, lower), Quantile.OfSorted(sorted, upper));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Value:0.000} ({Low:0.000} to {High:0.000})");
}
