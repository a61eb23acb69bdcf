namespace AttentionNotebooks;

/// <summary>How well a partition separates its points, without any truth to compare it with.</summary>
public static class Validity
{
    /// <summary>
    /// Silhouette of each point, (b − a)/max(a, b), from −1 to 1: a is its mean distance to the rest of its cluster, b to
    /// the nearest other cluster; 0 for a point alone. Rousseeuw 1987.
    /// </summary>
    /// <param name="points"><c>[points][dimensions]</c>.</param>
    /// <param name="labels">Per point, its cluster.</param>
    /// <exception cref="InputException">There are fewer than two clusters.</exception>
    public static double[] Silhouettes(double[][] points, int[] labels) => Silhouettes(HeadSpace.Euclidean(points), labels);

    /// <summary>The same on any distances.</summary>
    /// <param name="distances"><c>[points, points]</c>.</param>
    /// <param name="labels">Per point, its cluster.</param>
    /// <exception cref="InputException">There are fewer than two clusters.</exception>
    public static double[] Silhouettes(double[,] distances, int[] labels)
    {
        int k = Clusters(labels, "A silhouette"), n = labels.Length;
        var sizes = Sizes(labels, k);
        var result = new double[n];
        for (int i = 0; i < n; i++)
        {
            if (sizes[labels[i]] == 1) continue;
            var sums = new double[k];
            for (int j = 0; j < n; j++) sums[labels[j]] += distances[i, j];
            double a = sums[labels[i]] / (sizes[labels[i]] - 1);
            double b = Enumerable.Range(0, k).Where(c => c != labels[i] && sizes[c] > 0).Min(c => sums[c] / sizes[c]);
            result[i] = Math.Max(a, b) > 0 ? (b - a) / Math.Max(a, b) : 0;
        }
        return result;
    }

    /// <summary>Inertia: the sum over points of the squared distance to the mean of their cluster.</summary>
    /// <param name="points"><c>[points][dimensions]</c>.</param>
    /// <param name="labels">Per point, its cluster.</param>
    public static double Inertia(double[][] points, int[] labels)
    {
        var (centroids, _, _) = Centres(points, labels, labels.Max() + 1);
        return Enumerable.Range(0, points.Length).Sum(i => KMeans.SquaredDistance(points[i], centroids[labels[i]]));
    }

    /// <summary>Calinski and Harabasz 1974: between-cluster over within-cluster variance, each per degree of freedom; higher is
    /// better.</summary>
    /// <param name="points"><c>[points][dimensions]</c>.</param>
    /// <param name="labels">Per point, its cluster.</param>
    /// <exception cref="InputException">There are fewer than two clusters.</exception>
    public static double CalinskiHarabasz(double[][] points, int[] labels)
    {
        int k = Clusters(labels, "The Calinski-Harabasz index"), n = points.Length;
        var (centroids, sizes, all) = Centres(points, labels, k);
        double within = Enumerable.Range(0, n).Sum(i => KMeans.SquaredDistance(points[i], centroids[labels[i]]));
        double between = Enumerable.Range(0, k).Sum(c => sizes[c] * KMeans.SquaredDistance(centroids[c], all));
        return within == 0 ? 1 : between / (k - 1) / (within / (n - k));
    }

    /// <summary>Davies and Bouldin 1979: the mean over clusters of the worst (spread + spread) / distance with another; lower is
    /// better.</summary>
    /// <param name="points"><c>[points][dimensions]</c>.</param>
    /// <param name="labels">Per point, its cluster.</param>
    /// <exception cref="InputException">There are fewer than two clusters.</exception>
    public static double DaviesBouldin(double[][] points, int[] labels)
    {
        int k = Clusters(labels, "The Davies-Bouldin index");
        var (centroids, sizes, _) = Centres(points, labels, k);
        var spread = new double[k];
        for (int i = 0; i < points.Length; i++)
            spread[labels[i]] += Math.Sqrt(KMeans.SquaredDistance(points[i], centroids[labels[i]])) / sizes[labels[i]];
        return Enumerable.Range(0, k).Average(a => Enumerable.Range(0, k).Where(b => b != a)
            .Max(b => (spread[a] + spread[b]) / Math.Sqrt(KMeans.SquaredDistance(centroids[a], centroids[b]))));
    }

    /// <summary>
    /// Adjusted Rand index of two partitions of the same points: 1 where they agree, 0 on average where one is shuffled.
    /// Hubert and Arabie 1985.
    /// </summary>
    /// <param name="a">Labels.</param>
    /// <param name="b">Labels.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double AdjustedRand(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        if (a.Count != b.Count) throw new ArgumentException("the partitions have different lengths", nameof(b));
        double index = AdjustedRand([.. a], [.. b], [.. Enumerable.Repeat(1, a.Count)]);
        return double.IsNaN(index) ? 1 : index; // all points together, or all apart, in both
    }

    /// <summary>
    /// The adjusted Rand index with its 95 % interval over points. A point that is drawn twice is no pair that agrees: pairs of a point
    /// with itself are left out of every draw, since they would lift all draws above the index. Draws without a pair that either
    /// partition puts together say nothing and are left out too.
    /// </summary>
    /// <param name="a">Labels.</param>
    /// <param name="b">As many.</param>
    /// <param name="seed">Decides the draws.</param>
    internal static Interval AdjustedRandOverPoints(int[] a, int[] b, int seed)
    {
        var draws = Bootstrap.Draws(a.Length, Bootstrap.DefaultDraws, new Random(seed)).Select(drawn =>
        {
            var times = new int[a.Length];
            foreach (int i in drawn) times[i]++;
            return AdjustedRand(a, b, times);
        });
        return Interval.OfDraws(AdjustedRand(a, b), draws);
    }

    /// <summary>The adjusted Rand index where each point counts so many times, without pairs of a point with itself; NaN where neither
    /// partition puts a pair together, or both put all together.</summary>
    internal static double AdjustedRand(int[] a, int[] b, int[] times)
    {
        // Over the points of a cell: Σ w_i · w_j, i < j.
        double Pairs(IEnumerable<int> points)
        {
            double sum = 0, squares = 0;
            foreach (int i in points) (sum, squares) = (sum + times[i], squares + (double)times[i] * times[i]);
            return (sum * sum - squares) / 2;
        }
        var all = Enumerable.Range(0, a.Length);
        double both = all.GroupBy(i => (a[i], b[i])).Sum(Pairs), ofA = all.GroupBy(i => a[i]).Sum(Pairs);
        double ofB = all.GroupBy(i => b[i]).Sum(Pairs), expected = ofA * ofB / Pairs(all), most = (ofA + ofB) / 2;
        return most == expected ? double.NaN : (both - expected) / (most - expected);
    }

    private static int Clusters(int[] labels, string index)
    {
        int k = labels.Max() + 1;
        if (labels.Distinct().Count() < 2)
            throw new InputException($"k = {labels.Distinct().Count()}", null, $"is too few clusters. {index} compares clusters",
                "Choose k from 2");
        return k;
    }

    private static int[] Sizes(int[] labels, int k)
    {
        var sizes = new int[k];
        foreach (int l in labels) sizes[l]++;
        return sizes;
    }

    /// <summary>The clusters' means, <c>[k][dimensions]</c>.</summary>
    internal static double[][] Centroids(double[][] points, int[] labels) => Centres(points, labels, labels.Max() + 1).Centroids;

    private static (double[][] Centroids, int[] Sizes, double[] All) Centres(double[][] points, int[] labels, int k)
    {
        int dimensions = points[0].Length;
        double[] Mean(IEnumerable<double[]> of)
        {
            var list = of.ToArray();
            return [.. Enumerable.Range(0, dimensions).Select(d => list.Average(p => p[d]))];
        }
        return ([.. Enumerable.Range(0, k).Select(c => Mean(points.Where((_, i) => labels[i] == c)))], Sizes(labels, k), Mean(points));
    }
}
