namespace AttentionNotebooks.Tests.Clustering;

/// <summary>
/// On one feature, such as the mean distance alone, the best partition is known: clusters are intervals of the sorted values, and
/// dynamic programming finds the best ones (Wang and Song 2011, "Ckmeans.1d.dp"). K-means with default options is held against them.
/// </summary>
public class OneFeatureTests
{
    private const int Least = 2, Most = 8, Heads = 144;
    private const double Rounding = 1e-9;

    [Theory]
    [InlineData(1, 101), InlineData(2, 1), InlineData(3, 0.5), InlineData(4, 0)]
    public void The_least_sum_of_two_pairs_on_a_line_is_what_one_finds_by_hand(int k, double least) =>
        Assert.Equal(least, LeastSum([10, 0, 11, 1], k), 1e-12);

    [Fact]
    public void Evenly_spaced_values_are_best_cut_into_equal_parts() // n values one apart: n(n² − 1)/12
    {
        double[] line = [.. Enumerable.Range(0, 24).Select(i => (double)i)];
        foreach (int k in new[] { 1, 2, 3, 4, 6, 8, 12 })
        {
            int part = 24 / k;
            Assert.Equal(k * part * (part * part - 1) / 12.0, LeastSum(line, k), 1e-9);
        }
    }

    [Theory]
    [InlineData(2), InlineData(3), InlineData(4)]
    public void The_least_sum_is_that_of_the_best_of_all_partitions(int k)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            var points = KMeansTests.Random(8, 1, seed);
            Assert.Equal(KMeansTests.Partitions(8, k).Min(labels => KMeansTests.Inertia(points, labels, k)),
                LeastSum([.. points.Select(p => p[0])], k), 1e-12);
        }
    }

    [Theory]
    [InlineData("bert-base/heads.csv"), InlineData("bert-base/heads.tweets.csv"), InlineData("minilm/heads.csv")]
    [InlineData("minilm/heads.sst2.csv")]
    public void Heads_that_are_clustered_on_distance_alone_are_in_the_best_clusters_there_are(string file)
    {
        var table = HeadTable.Read(Repository.Path("data", file));
        double[] z = [.. table.Select(["mean_distance"]).Points(Scaling.ZScore).Select(p => p[0])];
        for (int k = Least; k <= Most; k++)
        {
            var found = table.Cluster(k, ["mean_distance"]);
            Assert.Equal(1, found.Inertia / LeastSum(z, k), Rounding);
            int[] alongTheLine = [.. found.Labels.Zip(z).OrderBy(p => p.Second).Select(p => p.First)];
            Assert.Equal(k - 1, alongTheLine.Zip(alongTheLine.Skip(1)).Count(p => p.First != p.Second)); // intervals
        }
    }

    [Theory]
    [InlineData("uniform"), InlineData("exponential"), InlineData("normal"), InlineData("four groups")]
    public void In_random_columns_K_means_finds_them_in_99_of_100_cases_and_misses_them_by_less_than_1_percent(string shape)
    {
        const int Columns = 60;
        double[] above = [.. Enumerable.Range(0, Columns).SelectMany(seed =>
        {
            double[] values = Column(shape, new Random(seed));
            double[][] points = [.. values.Select(v => new[] { v })];
            return Enumerable.Range(Least, Most - Least + 1).Select(k => KMeans.Fit(points, k, seed).Inertia / LeastSum(values, k) - 1);
        })];
        Assert.All(above, v => Assert.InRange(v, -Rounding, 0.01));
        Assert.InRange(above.Count(v => v > Rounding), 0, 0.01 * above.Length);
    }

    private static double[] Column(string shape, Random random)
    {
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return [.. Enumerable.Range(0, Heads).Select(i => shape switch
        {
            "uniform" => random.NextDouble(),
            "exponential" => -Math.Log(1 - random.NextDouble()),
            "normal" => Normal(),
            _ => 4 * (i % 4) + Normal(),
        })];
    }

    /// <summary>The least sum of squared distances to the means of k intervals.</summary>
    private static double LeastSum(double[] values, int k)
    {
        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        // Of the interval from `from` to before `to`, whose mean is updated as it grows (Welford 1962).
        var within = new double[n, n + 1];
        for (int from = 0; from < n; from++)
        {
            double mean = 0, sum = 0;
            for (int to = from + 1; to <= n; to++)
            {
                double off = sorted[to - 1] - mean;
                mean += off / (to - from);
                sum += off * (sorted[to - 1] - mean);
                within[from, to] = sum;
            }
        }
        // The best of so many first values, with one interval more each time.
        double[] best = [.. Enumerable.Range(0, n + 1).Select(to => to == 0 ? double.PositiveInfinity : within[0, to])];
        for (int intervals = 2; intervals <= k; intervals++)
            best = [.. Enumerable.Range(0, n + 1).Select(to => Enumerable.Range(1, Math.Max(0, to - 1))
                .Select(cut => best[cut] + within[cut, to]).DefaultIfEmpty(double.PositiveInfinity).Min())];
        return best[n];
    }
}
