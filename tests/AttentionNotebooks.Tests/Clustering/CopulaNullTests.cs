namespace AttentionNotebooks.Tests.Clustering;

/// <summary>The null of the heads' own margins and rank correlations: what a draw keeps, what it loses, how often it is
/// wrong.</summary>
public class CopulaNullTests
{
    [Fact]
    public void Every_draw_has_exactly_the_values_of_each_column()
    {
        // A permutation and no resample: drawing with replacement would repeat values, and K-means likes repeated values.
        double[][] heads = Golden.RealTable.Cluster(4).Points;
        var draw = NullData.Of(heads, NullModel.GaussianCopula);
        for (int seed = 0; seed < 5; seed++)
        {
            double[][] drawn = draw(new Random(seed));
            for (int f = 0; f < heads[0].Length; f++) Assert.Equal(Column(heads, f).Order(), Column(drawn, f).Order());
            Assert.NotEqual(Column(heads, 0), Column(drawn, 0));
        }
    }

    [Fact]
    public void Normal_scores_by_hand()
    {
        // Ranks 1 to 3 of 4 parts: the quartiles of the normal distribution.
        Assert.Equal([0.674489750196, -0.674489750196, 0], NullData.NormalScores([9, -5, 1]), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(NullData.NormalScores([1, 2, 3]), NullData.NormalScores([1, 20, 300])); // only the ranks count
        Assert.All(NullData.NormalScores([4, 4]), s => Assert.Equal(0, s, 1e-12)); // ranks 1.5 and 1.5 of 3 parts
    }

    [Fact]
    public void Columns_that_rise_together_or_against_each_other_still_do_in_every_draw()
    {
        var random = new Random(1);
        double[][] heads = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble()).Select(x => new[] { x, Math.Exp(5 * x), -x * x })];
        var draw = NullData.Of(heads, NullModel.GaussianCopula);
        for (int seed = 0; seed < 20; seed++)
        {
            var drawn = draw(new Random(seed)).OrderBy(p => p[0]).ToArray();
            Assert.Equal(Column(heads, 1).Order(), Column(drawn, 1));
            Assert.Equal(Column(heads, 2).OrderDescending(), Column(drawn, 2));
        }
    }

    [Fact]
    public void One_column_is_permuted_and_so_cannot_be_tested()
    {
        double[][] heads = [.. Enumerable.Range(0, 30).Select(i => new double[] { i * i })];
        Assert.Equal(Column(heads, 0), Column(NullData.Of(heads, NullModel.GaussianCopula)(new Random(0)), 0).Order());
        Assert.Contains("of one alone it only deals the same values to other heads", Assert.Throws<InputException>(() =>
            StructureNull.Run(Golden.RealTable.Cluster(4, ["mean_distance"]), NullModel.GaussianCopula)).Message);
    }

    [Fact]
    public void Draws_have_the_rank_correlations_of_the_heads_and_those_of_an_independent_computation()
    {
        double[][] heads = Golden.RealTable.Cluster(4).Points;
        var draw = NullData.Of(heads, NullModel.GaussianCopula);
        var own = Correlations(heads);
        var drawn = Mean([.. Enumerable.Range(0, 100).Select(seed => Correlations(draw(new Random(seed))))]);
        var slow = Mean([.. Enumerable.Range(0, 100).Select(seed => Correlations(Slow(heads, new Random(1000 + seed))))]);
        for (int a = 0; a < heads[0].Length; a++)
            for (int b = 0; b < a; b++)
            {
                // One draw's correlation varies by about 1/√144 = 0.083; the mean of 100 by 0.008. The rest is the bias of 144 ranks.
                Assert.Equal(own[a, b], drawn[a, b], 0.03);
                Assert.Equal(slow[a, b], drawn[a, b], 0.03);
            }
    }

    [Fact]
    public void Planted_groups_stand_apart_more()
    {
        var random = new Random(4);
        // Three groups at the corners of a triangle. Margins and correlations alone do not tell that two of them exclude each other.
        double[][] heads = [.. Enumerable.Range(0, 60).Select(i => new[]
            { (i % 3 == 0 ? 6 : 0) + Normal(random), (i % 3 == 1 ? 6 : 0) + Normal(random), (i % 3 == 2 ? 6 : 0) + Normal(random) })];
        var found = StructureNull.Run(Table(heads).Cluster(3), NullModel.GaussianCopula, runs: 99);
        Assert.Equal((0.01, 0.01), (found.SilhouettePValue, found.InertiaPValue));
        Assert.Contains("same margins and rank correlations", found.Claim);
    }

    [Fact]
    public void Skewed_and_correlated_heads_without_groups_are_rejected_no_more_often_than_the_level_says()
    {
        const int Sets = 60;
        var random = new Random(7);
        double[] Skewed()
        {
            double common = Normal(random);
            return [.. Enumerable.Range(0, 3).Select(_ => Math.Exp(1.2 * (0.8 * common + 0.6 * Normal(random))))];
        }
        var tests = Enumerable.Range(0, Sets).Select(_ =>
            Table([.. Enumerable.Range(0, 40).Select(_ => Skewed())]).Cluster(3, algorithm: ClusterAlgorithms.KMeansWith(10))).ToArray();
        int Rejected(NullModel model) => tests.Count(t => StructureNull.Run(t, model, runs: 19).SilhouettePValue <= 0.05);
        // At most 3 of 60 on average; 8 or more have a probability of 1.0 %.
        Assert.InRange(Rejected(NullModel.GaussianCopula), 0, 7);
        // The same heads are no Gaussian cloud, and one Gaussian says so: that is no sign of groups.
        Assert.InRange(Rejected(NullModel.OneGaussian), 20, Sets);
    }

    [Fact]
    public void The_null_that_matches_most_is_drawn_most_often() => Assert.Equal((199, 199, 999),
        (NullModel.ShuffledFeatures.Runs(), NullModel.OneGaussian.Runs(), NullModel.GaussianCopula.Runs()));

    // The same null from its definition: correlations by loops, Cholesky's factor by hand, values by counting smaller draws.
    private static double[][] Slow(double[][] heads, Random random)
    {
        int n = heads.Length, d = heads[0].Length;
        var r = Correlations(heads);
        var factor = new double[d, d];
        for (int i = 0; i < d; i++)
            for (int j = 0; j <= i; j++)
            {
                double rest = r[i, j];
                for (int k = 0; k < j; k++) rest -= factor[i, k] * factor[j, k];
                factor[i, j] = i == j ? Math.Sqrt(Math.Max(rest, 1e-12)) : rest / factor[j, j];
            }
        var normal = new double[n][];
        for (int h = 0; h < n; h++)
        {
            double[] z = [.. Enumerable.Range(0, d).Select(_ => Normal(random))];
            normal[h] = [.. Enumerable.Range(0, d).Select(i => Enumerable.Range(0, i + 1).Sum(k => factor[i, k] * z[k]))];
        }
        double[][] sorted = [.. Enumerable.Range(0, d).Select(f => Column(heads, f).Order().ToArray())];
        return [.. normal.Select(p => p.Select((v, f) => sorted[f][normal.Count(other => other[f] < v)]).ToArray())];
    }

    private static double[,] Correlations(double[][] heads)
    {
        int d = heads[0].Length;
        double[][] scores = [.. Enumerable.Range(0, d).Select(f => NullData.NormalScores(Column(heads, f)))];
        var r = new double[d, d];
        for (int a = 0; a < d; a++)
            for (int b = 0; b < d; b++)
                r[a, b] = scores[a].Zip(scores[b], (x, y) => x * y).Sum()
                    / Math.Sqrt(scores[a].Sum(x => x * x) * scores[b].Sum(x => x * x));
        return r;
    }

    private static double[,] Mean(double[][,] draws)
    {
        int d = draws[0].GetLength(0);
        var mean = new double[d, d];
        for (int a = 0; a < d; a++)
            for (int b = 0; b < d; b++) mean[a, b] = draws.Average(r => r[a, b]);
        return mean;
    }

    private static double[] Column(double[][] points, int f) => [.. points.Select(p => p[f])];

    private static HeadTable Table(double[][] points) =>
        new(new HeadGrid(1, points.Length), [.. Enumerable.Range(0, points[0].Length).Select(f => $"f{f}")],
        [.. Enumerable.Range(0, points[0].Length).Select(f => Column(points, f))]);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
