namespace AttentionNotebooks;

/// <summary>The gap at one k.</summary>
/// <param name="K">The number of clusters.</param>
/// <param name="Gap">Mean of ln W over references without clusters, minus ln W of the heads; W is the inertia.</param>
/// <param name="Error">s, the standard deviation of the references' ln W times √(1 + 1/B).</param>
public sealed record GapAt(int K, double Gap, double Error);

/// <summary>
/// The gap statistic: by how much K-means compresses the heads more than it compresses points spread evenly over the same
/// box. Tibshirani, Walther and Hastie 2001; references uniform over the box aligned with the principal components
/// (their choice b).
/// </summary>
/// <param name="Values">The gap for k = 1, 2, ….</param>
public sealed record GapStatistic(IReadOnlyList<GapAt> Values)
{
    /// <summary>Their rule: the least k whose gap is at least that of k + 1 minus its error; the last k where none is.</summary>
    public int Best => Values.Zip(Values.Skip(1)).FirstOrDefault(p => p.First.Gap >= p.Second.Gap - p.Second.Error).First?.K
        ?? Values[^1].K;

    /// <summary>Computes the gaps.</summary>
    /// <param name="points"><c>[heads][features]</c>.</param>
    /// <param name="maxK">The largest k.</param>
    /// <param name="references">How many reference sets, B.</param>
    /// <param name="seed">Decides the references and K-means' starts.</param>
    /// <param name="restarts">Starts of K-means on every set, heads and references alike.</param>
    /// <exception cref="InputException">There are not more different heads than <paramref name="maxK"/>.</exception>
    public static GapStatistic Compute(double[][] points, int maxK = 10, int references = 20, int seed = 0, int restarts = 10)
    {
        int different = HeadSpace.OfPoints(points).Different;
        if (maxK < 1 || maxK >= different)
            throw new InputException($"k up to {maxK}", null, $"cannot be compared: {different} heads differ in these features",
                "Choose a smaller largest k, so that some heads share a cluster");
        double[][] reference = Runs.Of(references, b => LogInertias(Uniform(points, seed + 1 + b), maxK, seed, restarts));
        double[] own = LogInertias(points, maxK, seed, restarts);
        return new GapStatistic([.. Enumerable.Range(0, maxK).Select(i =>
        {
            double[] logs = [.. reference.Select(r => r[i])];
            double mean = logs.Average(), deviation = Math.Sqrt(logs.Average(l => (l - mean) * (l - mean)));
            return new GapAt(i + 1, mean - own[i], deviation * Math.Sqrt(1 + 1.0 / references));
        })]);
    }

    private static double[] LogInertias(double[][] points, int maxK, int seed, int restarts) =>
        [.. Enumerable.Range(1, maxK).Select(k => Math.Log(KMeans.Fit(points, k, seed, restarts).Inertia))];

    // Uniform in the box of the principal coordinates, turned back: a cloud of the heads' shape without groups.
    private static double[][] Uniform(double[][] points, int seed)
    {
        var random = new Random(seed);
        int d = points[0].Length;
        var pca = PrincipalComponents.Fit(points, d);
        double[] low = [.. Enumerable.Range(0, d).Select(c => pca.Coordinates.Min(p => p[c]))],
            high = [.. Enumerable.Range(0, d).Select(c => pca.Coordinates.Max(p => p[c]))];
        return [.. points.Select(_ =>
        {
            double[] at = [.. Enumerable.Range(0, d).Select(c => low[c] + random.NextDouble() * (high[c] - low[c]))];
            return Enumerable.Range(0, d).Select(f => Enumerable.Range(0, d).Sum(c => at[c] * pca.Loadings[c][f])).ToArray();
        })];
    }
}
