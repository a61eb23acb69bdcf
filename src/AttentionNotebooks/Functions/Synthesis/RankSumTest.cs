namespace AttentionNotebooks;

/// <summary>Clusters against the other heads in many measures at once, under one way to shuffle the labels; a figure per cluster and
/// measure, cluster by cluster.</summary>
internal sealed class RankSumTest
{
    /// <summary>Tests.</summary>
    /// <param name="labels">Per head, its cluster, or below 0 for none.</param>
    /// <param name="shuffled">The labels in each draw; each stratum keeps its own.</param>
    /// <param name="clusters">How many clusters.</param>
    /// <param name="strata">How many heads each stratum has.</param>
    /// <param name="measures">Per measure, the ranks within the strata.</param>
    public RankSumTest(int[] labels, int[][] shuffled, int clusters, int[] strata, IReadOnlyList<RankSums> measures)
    {
        int count = measures.Count;
        var taken = new int[clusters][];
        for (int c = 0; c < clusters; c++) taken[c] = new int[strata.Length];
        for (int s = 0, head = 0; s < strata.Length; s++)
            for (int end = head + strata[s]; head < end; head++)
                if (labels[head] >= 0) taken[labels[head]][s]++;
        var observed = new double[clusters * count];
        var most = new double[observed.Length];
        var @null = new double[observed.Length][];
        Deltas = new double[observed.Length];
        for (int f = 0; f < count; f++)
        {
            int[] ranks = measures[f].Doubled(), sums = Sums(ranks, labels, clusters);
            Func<int, double>[] surprise = [.. taken.Select(measures[f].Surprise)];
            for (int c = 0; c < clusters; c++)
            {
                int cell = c * count + f;
                (observed[cell], @null[cell], Deltas[cell]) = (surprise[c](sums[c]), new double[shuffled.Length],
                    Delta(sums[c], taken[c], strata));
            }
            for (int c = 0; c < clusters; c++)
            {
                var (low, high) = measures[f].Extremes(taken[c]);
                most[c * count + f] = Math.Max(surprise[c](low), surprise[c](high));
            }
            for (int d = 0; d < shuffled.Length; d++)
            {
                sums = Sums(ranks, shuffled[d], clusters);
                for (int c = 0; c < clusters; c++) @null[c * count + f][d] = surprise[c](sums[c]);
            }
        }
        PValues = [.. observed.Select((o, i) => Permutation.PValue(o, @null[i]))];
        (Adjusted, Least) = WestfallYoung.AdjustedAndLeast(observed, @null, most);
    }

    /// <summary>δ over pairs of the same stratum; NaN where there is none.</summary>
    public double[] Deltas { get; }

    /// <summary>P-values of each by itself.</summary>
    public double[] PValues { get; }

    /// <summary>P-values corrected for all.</summary>
    public double[] Adjusted { get; }

    /// <summary>What each corrected p-value would be if the cluster had the highest or the lowest values of all heads.</summary>
    public double[] Least { get; }

    private static int[] Sums(int[] ranks, int[] labels, int clusters)
    {
        var sums = new int[clusters];
        for (int i = 0; i < ranks.Length; i++)
            if (labels[i] >= 0) sums[labels[i]] += ranks[i];
        return sums;
    }

    // A sum of ranks is that of the group's own ranks, and its wins against the others (Mann and Whitney 1947).
    private static double Delta(int doubled, int[] taken, int[] strata)
    {
        double wins = doubled, pairs = 0;
        for (int s = 0; s < strata.Length; s++)
        {
            wins -= (double)taken[s] * (taken[s] - 1);
            pairs += (double)taken[s] * (strata[s] - taken[s]);
        }
        return wins / pairs - 1;
    }
}
