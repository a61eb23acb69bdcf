using MathNet.Numerics;

namespace AttentionNotebooks;

/// <summary>
/// How surprising a sum of ranks is when so many heads of each stratum are drawn at random: the rank-sum test of Wilcoxon (1945) and of
/// Mann and Whitney (1947), and over several strata that of van Elteren (1960). Ties have mid-ranks.
/// </summary>
/// <remarks>
/// For small groups the null is exact, computed by the shift algorithm (Streitberg and Röhmel 1986). A normal distribution is too wide
/// there: two heads that have more than all others would seem less surprising than they are. For larger groups it is normal, with the exact
/// variance. Van Elteren weighs a stratum of n by 1/(n + 1); strata of one size, such as layers, have one weight.
/// </remarks>
internal sealed class RankSums
{
    // Groups up to this size are exact.
    private const int Exact = 20;

    private readonly int[][] _ranks;
    private readonly double[]?[][] _ways; // [stratum][how many are drawn][their sum]

    /// <summary>Ranks each stratum by itself.</summary>
    /// <param name="strata">The values of each stratum.</param>
    public RankSums(params double[][] strata)
    {
        // Twice the mid-ranks are whole numbers.
        _ranks = [.. strata.Select(s => Ranks.Of(s).Select(r => (int)Math.Round(2 * r)).ToArray())];
        _ways = new double[]?[strata.Length][];
    }

    /// <summary>Twice the mid-rank of each value in its stratum, from 0, stratum after stratum.</summary>
    public int[] Doubled() => [.. _ranks.SelectMany(r => r)];

    /// <summary>The least and the largest sum that so many ranks of each stratum can have.</summary>
    /// <param name="taken">How many the group has in each stratum.</param>
    public (int Low, int High) Extremes(int[] taken)
    {
        int Sum(Func<int[], IEnumerable<int>> order) => _ranks.Select((r, s) => order(r).Take(taken[s]).Sum()).Sum();
        return (Sum(r => r.Order()), Sum(r => r.OrderDescending()));
    }

    /// <summary>The null of a group.</summary>
    /// <param name="taken">How many the group has in each stratum.</param>
    /// <returns>From the sum of the group's doubled ranks to −ln of its two-sided p-value: 0 where nothing is surprising.</returns>
    public Func<int, double> Surprise(int[] taken)
    {
        int all = _ranks.Sum(r => r.Length), total = _ranks.Sum(r => r.Sum());
        // The others' sum says the same as the group's, and fewer are easier to count.
        bool others = 2 * taken.Sum() > all;
        int[] few = others ? [.. taken.Select((t, s) => _ranks[s].Length - t)] : taken;
        var of = few.Sum() <= Exact ? Counted(few) : Normal(few);
        return sum => of(others ? total - sum : sum);
    }

    private Func<int, double> Counted(int[] taken)
    {
        double[] ways = [1];
        for (int s = 0; s < taken.Length; s++)
            if (taken[s] > 0) ways = Convolved(ways, Ways(s)[taken[s]]!);
        double all = ways.Sum(), mean = ways.Select((w, sum) => w * sum).Sum() / all, farther = 0;
        var surprise = new double[ways.Length];
        foreach (var equallyFar in Enumerable.Range(0, ways.Length).Where(s => ways[s] > 0)
            .GroupBy(s => Math.Round(Math.Abs(s - mean), 6)).OrderByDescending(g => g.Key))
        {
            farther += equallyFar.Sum(s => ways[s]) / all;
            foreach (int s in equallyFar) surprise[s] = -Math.Log(Math.Min(1, farther));
        }
        return sum => surprise[sum];
    }

    private Func<int, double> Normal(int[] taken)
    {
        double mean = 0, variance = 0;
        for (int s = 0; s < taken.Length; s++)
        {
            int n = _ranks[s].Length, m = taken[s];
            double average = _ranks[s].Average();
            mean += m * average;
            if (n > 1) variance += m * (n - m) / (n - 1.0) * _ranks[s].Average(r => (r - average) * (r - average));
        }
        double scale = 1 / Math.Sqrt(2 * variance);
        return variance > 0 ? sum => -Math.Log(Math.Max(double.Epsilon, SpecialFunctions.Erfc(Math.Abs(sum - mean) * scale))) : _ => 0;
    }

    // How many choices of j ranks have each sum, for j up to the size that is exact.
    private double[]?[] Ways(int stratum)
    {
        if (_ways[stratum] is { } known) return known;
        int[] ranks = _ranks[stratum];
        int most = Math.Min(Exact, ranks.Length);
        int[] largest = [.. ranks.OrderDescending()];
        var ways = new double[most + 1][];
        for (int j = 0; j <= most; j++) ways[j] = new double[largest.Take(j).Sum() + 1];
        ways[0][0] = 1;
        foreach (int rank in ranks)
            for (int j = most; j > 0; j--)
            {
                double[] fewer = ways[j - 1], into = ways[j];
                int end = Math.Min(fewer.Length, into.Length - rank);
                for (int sum = 0; sum < end; sum++) into[sum + rank] += fewer[sum];
            }
        return _ways[stratum] = ways;
    }

    private static double[] Convolved(double[] a, double[] b)
    {
        var result = new double[a.Length + b.Length - 1];
        for (int i = 0; i < a.Length; i++)
            for (int j = 0; a[i] > 0 && j < b.Length; j++) result[i + j] += a[i] * b[j];
        return result;
    }
}
