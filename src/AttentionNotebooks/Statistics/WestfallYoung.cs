namespace AttentionNotebooks;

/// <summary>
/// Corrects many permutation tests at once by the largest statistic in each draw (Westfall and Young 1993, step-down). The tests must
/// share their draws: then the correction knows how they depend on one another, and the least p-value is 1/(draws + 1) however many tests
/// there are. Holm's correction multiplies that by the number of tests.
/// </summary>
/// <remarks>
/// It bounds the chance of one false rejection among all. The statistics must be comparable between tests, or the tests with the wider
/// statistics hide the others. P-values make them comparable (min-P), but p-values that are themselves ranks among few draws are tied at
/// the least one (Ge, Dudoit and Speed 2003); take exact or approximate ones.
/// </remarks>
public static class WestfallYoung
{
    /// <summary>Adjusted p-values.</summary>
    /// <param name="observed">Per test, its statistic; the larger, the farther from the null. NaN stays NaN and is not counted.</param>
    /// <param name="null">Per test, the statistic in each draw of the null. Draw d of every test is the same shuffling.</param>
    /// <returns>Per test, its adjusted p-value: at least the p-value of the test alone, and in the order of the statistics.</returns>
    /// <exception cref="ArgumentException">The tests have different numbers of draws.</exception>
    public static double[] Adjusted(IReadOnlyList<double> observed, IReadOnlyList<double[]> @null) =>
        AdjustedAndLeast(observed, @null, observed).Adjusted;

    /// <summary>Adjusted p-values, and what each would be at best.</summary>
    /// <param name="observed">As for <see cref="Adjusted"/>.</param>
    /// <param name="null">As for <see cref="Adjusted"/>.</param>
    /// <param name="most">Per test, the largest statistic that it can have, such as that of a group that has the highest values of
    /// all.</param>
    /// <returns>The adjusted p-values; and per test what its own would be if its statistic were the largest, and the others as they
    /// are.</returns>
    /// <exception cref="ArgumentException">The tests have different numbers of draws.</exception>
    public static (double[] Adjusted, double[] Least) AdjustedAndLeast(IReadOnlyList<double> observed, IReadOnlyList<double[]> @null,
        IReadOnlyList<double> most)
    {
        int draws = @null.Count == 0 ? 0 : @null[0].Length;
        if (@null.Count != observed.Count || @null.Any(n => n.Length != draws))
            throw new ArgumentException("the tests do not share their draws", nameof(@null));
        int[] order = [.. Enumerable.Range(0, observed.Count).Where(i => !double.IsNaN(observed[i])).OrderByDescending(i => observed[i])];
        // Where each test would come if it had the most that it can have: above all that have less.
        var rising = order.Where(i => most[i] > observed[i]).ToLookup(i => order.Count(j => observed[j] >= most[i]));
        double[] largest = [.. Enumerable.Repeat(double.NegativeInfinity, draws)]; // in each draw, of the tests so far
        double[] own = new double[order.Length], best = [.. Enumerable.Repeat(double.NaN, observed.Count)];
        for (int rank = order.Length - 1; rank >= 0; rank--)
        {
            double[] drawn = @null[order[rank]];
            for (int d = 0; d < draws; d++) largest[d] = Math.Max(largest[d], drawn[d]);
            own[rank] = Permutation.PValue(observed[order[rank]], largest);
            foreach (int test in rising[rank]) best[test] = Permutation.PValue(most[test], largest);
        }
        double[] adjusted = [.. Enumerable.Repeat(double.NaN, observed.Count)], least = [.. adjusted];
        double so = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            foreach (int test in rising[rank]) least[test] = Math.Max(so, best[test]);
            adjusted[order[rank]] = so = Math.Max(so, own[rank]);
            if (!(most[order[rank]] > observed[order[rank]])) least[order[rank]] = so;
        }
        return (adjusted, least);
    }
}
