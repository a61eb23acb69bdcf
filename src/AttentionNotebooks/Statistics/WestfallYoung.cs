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
    public static double[] Adjusted(IReadOnlyList<double> observed, IReadOnlyList<double[]> @null)
    {
        int draws = @null.Count == 0 ? 0 : @null[0].Length;
        if (@null.Count != observed.Count || @null.Any(n => n.Length != draws))
            throw new ArgumentException("the tests do not share their draws", nameof(@null));
        int[] order = [.. Enumerable.Range(0, observed.Count).Where(i => !double.IsNaN(observed[i])).OrderByDescending(i => observed[i])];
        // Per rank, the draws in which this test or one with a smaller statistic goes as far.
        var reached = new int[order.Length];
        for (int d = 0; d < draws; d++)
        {
            double largest = double.NegativeInfinity;
            for (int rank = order.Length - 1; rank >= 0; rank--)
            {
                largest = Math.Max(largest, @null[order[rank]][d]);
                if (Permutation.Reaches(largest, observed[order[rank]])) reached[rank]++;
            }
        }
        double[] adjusted = [.. Enumerable.Repeat(double.NaN, observed.Count)];
        double so = 0;
        for (int rank = 0; rank < order.Length; rank++)
            adjusted[order[rank]] = so = Math.Max(so, (1.0 + reached[rank]) / (1 + draws));
        return adjusted;
    }
}
