namespace AttentionNotebooks.Tests.Statistics;

/// <summary>Rank sums of groups drawn at random, over all heads and within layers.</summary>
public class RankSumsTests
{
    [Fact]
    public void By_hand()
    {
        // Two of five: the sums 0 + 1 and 3 + 4 are the two farthest of ten.
        var five = new RankSums([10.0, 20, 30, 40, 50]);
        Assert.Equal([0, 2, 4, 6, 8], five.Doubled());
        Assert.Equal(2 / 10.0, Math.Exp(-five.Surprise([2])(14)), 1e-12);
        Assert.Equal(2 / 10.0, Math.Exp(-five.Surprise([2])(2)), 1e-12);
        Assert.Equal(1, Math.Exp(-five.Surprise([2])(8)), 1e-12);
        Assert.Equal((2, 14), five.Extremes([2]));
        // Of two layers of three, one each: both the highest, or both the lowest, of nine.
        var layers = new RankSums([1.0, 2, 3], [30.0, 20, 10]);
        Assert.Equal([0, 2, 4, 4, 2, 0], layers.Doubled());
        Assert.Equal(2 / 9.0, Math.Exp(-layers.Surprise([1, 1])(8)), 1e-12);
        Assert.Equal((0, 8), layers.Extremes([1, 1]));
        // A whole layer, and equal values, say nothing.
        Assert.Equal(0, layers.Surprise([3, 0])(6));
        Assert.Equal(0, new RankSums([7.0, 7, 7, 7]).Surprise([2])(6));
    }

    [Fact]
    public void The_same_as_going_through_all_groups()
    {
        var random = new Random(2);
        for (int trial = 0; trial < 30; trial++)
        {
            // Whole numbers, so that there are ties.
            double[][] strata = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => (double)random.Next(5)).ToArray())];
            int[] taken = [.. strata.Select(s => random.Next(s.Length + 1))];
            var sums = new RankSums(strata);
            double[] ranks = [.. strata.SelectMany(s => s.Select(v => s.Count(o => o < v) + (s.Count(o => o == v) - 1) / 2.0))];
            Assert.Equal(ranks.Select(r => (int)(2 * r)), sums.Doubled());
            int[] stratum = [.. strata.SelectMany((s, i) => s.Select(_ => i))];
            double[] all = [.. Enumerable.Range(0, 1 << ranks.Length)
                .Where(set => Enumerable.Range(0, strata.Length).All(s =>
                    taken[s] == Enumerable.Range(0, ranks.Length).Count(i => stratum[i] == s && (set >> i & 1) == 1)))
                .Select(set => Enumerable.Range(0, ranks.Length).Where(i => (set >> i & 1) == 1).Sum(i => ranks[i]))];
            var surprise = sums.Surprise(taken);
            double mean = all.Average();
            foreach (double sum in all.Distinct())
                Assert.Equal(all.Count(s => Math.Abs(s - mean) > Math.Abs(sum - mean) - 1e-9) / (double)all.Length,
                    Math.Exp(-surprise((int)Math.Round(2 * sum))), 1e-9);
            Assert.Equal((2 * all.Min(), 2 * all.Max()), (sums.Extremes(taken).Low, sums.Extremes(taken).High));
        }
    }

    [Fact]
    public void Large_groups_are_near_the_normal_test_with_the_variance_of_tied_ranks()
    {
        // Of 60 heads, 20 are counted and 21 are not: between them nothing jumps.
        double[] values = [.. Enumerable.Range(0, 60).Select(i => (double)(i / 2))];
        var sums = new RankSums(values);
        int[] ranks = sums.Doubled();
        foreach (int taken in new[] { 20, 21, 39, 40 })
            foreach (double z in new[] { -3.0, -1, 0.5, 2, 3 })
            {
                double mean = ranks.Average(), variance = taken * (60 - taken) / 59.0 * ranks.Average(r => (r - mean) * (r - mean));
                // Every doubled rank of a pair is 1 more than a multiple of 4.
                int sum = taken + 4 * (int)Math.Round((taken * mean + z * Math.Sqrt(variance) - taken) / 4);
                double exact = MathNet.Numerics.SpecialFunctions.Erfc(Math.Abs(sum - taken * mean) / Math.Sqrt(2 * variance));
                double p = Math.Exp(-sums.Surprise([taken])(sum));
                Assert.InRange(p / exact, taken is 20 or 40 ? 0.7 : 1 - 1e-9, taken is 20 or 40 ? 1.1 : 1 + 1e-9);
            }
    }
}
