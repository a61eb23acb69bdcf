namespace AttentionNotebooks;

/// <summary>
/// Intervals where items of one unit (words of a sentence, mentions of a document) are not independent: whole units are
/// drawn with replacement, as many as there are. Percentile intervals (Efron 1979).
/// </summary>
internal static class UnitBootstrap
{
    /// <summary>Draws unless told otherwise.</summary>
    public const int DefaultDraws = PairedBootstrap.DefaultDraws;

    /// <summary>The interval of Σ values / Σ weights.</summary>
    /// <param name="values">One per unit; may be differences.</param>
    /// <param name="weights">One per unit, such as its items.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="draws">How many.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <returns>NaN where there are fewer than two units.</returns>
    public static (double Low, double High) Ratio(IReadOnlyList<double> values, IReadOnlyList<double> weights, int seed, int draws = DefaultDraws, double level = 0.95) =>
        values.Count < 2 ? (double.NaN, double.NaN) : PairedBootstrap.Intervals([[.. values]], weights, draws, level, seed)[0];
}
