namespace AttentionNotebooks;

/// <summary>
/// The area under the ROC curve: the chance that a score of the one kind is above a score of the other, ties counted half; 0.5 where
/// scores say nothing. It depends on the order of the scores alone, and on no threshold.
/// </summary>
/// <param name="Area">The area with its 95 % interval: units of both kinds drawn with replacement (percentiles).</param>
/// <param name="Positives">How many units the one kind has.</param>
/// <param name="Negatives">How many the other has.</param>
/// <remarks>Hanley and McNeil (1982), "The Meaning and Use of the Area under a ROC Curve": the statistic of Mann and Whitney (1947), by
/// mid-ranks.</remarks>
/// <example><code>
/// var roc = RocArea.Compute([0.9, 0.4, 0.6, 0.1], [true, true, false, false]);
/// roc.Area.Value                         // 0.75: three of four pairs stand in the right order
/// </code></example>
public readonly record struct RocArea(Interval Area, int Positives, int Negatives)
{
    // Two-sided 5 %, and four times in five.
    private const double Z = 1.959963984540054 + 0.8416212335729143;

    /// <summary>
    /// The least area that so many units would tell from 0.5 four times in five (two-sided, 5 %):
    /// 0.5 + 2.80 · √((m + n + 1) / (12 m n)), from the normal approximation of Mann and Whitney's statistic. At most 1.
    /// </summary>
    public double Visible => Math.Min(1, 0.5 + Z * Math.Sqrt((Positives + Negatives + 1.0) / (12.0 * Positives * Negatives)));

    /// <summary>Computes the area.</summary>
    /// <param name="scores">A score for every unit.</param>
    /// <param name="positive">Which units are of the kind that should have the higher scores.</param>
    /// <param name="draws">Draws of the interval.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">One of the two kinds has no unit, a score is NaN, or there are not as many scores as
    /// kinds.</exception>
    public static RocArea Compute(IReadOnlyList<double> scores, IReadOnlyList<bool> positive, int draws = Bootstrap.DefaultDraws,
        int seed = 0)
    {
        const string What = "an area under the ROC curve";
        if (scores.Count != positive.Count)
            throw new InputException(What, null, $"was to be of {scores.Count} scores and {positive.Count} kinds",
                "Give one score and one kind for every unit");
        if (scores.Index().FirstOrDefault(s => double.IsNaN(s.Item), (-1, 0)).Index is >= 0 and var unknown)
            throw new InputException(What, $"score {unknown}", "is NaN", "Leave out units without a score");
        double[] Of(bool kind) => [.. scores.Where((_, i) => positive[i] == kind)];
        var (high, low) = (Of(true), Of(false));
        if (high.Length == 0 || low.Length == 0)
            throw new InputException(What, null, "needs units of both kinds", "Give some of each");
        return new RocArea(Bootstrap.Compare(high, low, AreaOf, draws, seed), high.Length, low.Length);
    }

    private static double AreaOf(double[] high, double[] low)
    {
        double ranks = Ranks.Of([.. high, .. low]).Take(high.Length).Sum(); // from 0
        return (ranks - high.Length * (high.Length - 1.0) / 2) / ((double)high.Length * low.Length);
    }
}
