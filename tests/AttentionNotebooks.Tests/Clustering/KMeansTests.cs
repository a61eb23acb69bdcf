namespace AttentionNotebooks.Tests.Clustering;

public class KMeansTests
{
    [Fact]
    public void Two_pairs_on_a_line()
    {
        var fit = KMeans.Fit([[0], [1], [10], [11]], 2);
        Assert.Equal(fit.Labels[0], fit.Labels[1]);
        Assert.Equal(fit.Labels[2], fit.Labels[3]);
        Assert.NotEqual(fit.Labels[0], fit.Labels[2]);
        Assert.Equal([0.5, 10.5], fit.Centroids.Select(c => c[0]).Order());
        Assert.Equal(4 * 0.25, fit.Inertia, 1e-12);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Reaches_the_best_of_all_partitions(int k)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            var points = Random(8, 2, seed);
            double best = Partitions(8, k).Min(labels => Inertia(points, labels, k));
            Assert.Equal(best, KMeans.Fit(points, k, seed).Inertia, 1e-9);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits()
    {
        var points = Random(60, 5, 1);
        var (a, b) = (KMeans.Fit(points, 6, seed: 3), KMeans.Fit(points, 6, seed: 3));
        Assert.Equal(a.Labels, b.Labels);
        Assert.Equal(a.Inertia, b.Inertia);
    }

    [Fact]
    public void As_many_clusters_as_points_leave_nothing() => Assert.Equal(0, KMeans.Fit(Random(9, 3, 0), 9).Inertia, 1e-12);

    [Fact]
    public void Repeated_points_leave_no_cluster_empty()
    {
        double[][] points = [.. Enumerable.Repeat(new[] { 0.0 }, 20), [1], [2]];
        Assert.Equal([0, 1, 2], KMeans.Fit(points, 3).Labels.Distinct().Order());
    }

    [Theory]
    [InlineData(0, "not a number of clusters"), InlineData(5, "more than the 4 heads"), InlineData(3, "more than the 2 heads that differ")]
    public void A_k_that_cannot_be_is_refused(int k, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => KMeans.Fit([[1], [1], [2], [2]], k)).Message);

    internal static double[][] Random(int n, int dimensions, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, dimensions).Select(_ => random.NextDouble()).ToArray())];
    }

    // Every assignment of n points to k labels; small n only.
    internal static IEnumerable<int[]> Partitions(int n, int k)
    {
        for (long code = 0; code < (long)Math.Pow(k, n); code++)
        {
            var labels = new int[n];
            long rest = code;
            for (int i = 0; i < n; i++, rest /= k) labels[i] = (int)(rest % k);
            if (labels.Distinct().Count() == k) yield return labels;
        }
    }

    internal static double Inertia(double[][] points, int[] labels, int k) => Enumerable.Range(0, k).Sum(c =>
    {
        var own = points.Where((_, i) => labels[i] == c).ToArray();
        return Enumerable.Range(0, points[0].Length).Sum(d => own.Sum(p => Math.Pow(p[d] - own.Average(q => q[d]), 2)));
    });
}
