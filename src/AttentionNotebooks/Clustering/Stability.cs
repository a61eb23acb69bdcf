namespace AttentionNotebooks;

/// <summary>Whether a clustering comes out again.</summary>
/// <param name="Over">What was varied: heads, texts, features or seeds.</param>
/// <param name="AdjustedRand">Per draw, the adjusted Rand index with the clustering as it is.</param>
/// <param name="Consensus">Per pair of heads, the share of draws in which they are in one cluster, <c>[heads, heads]</c> (Monti et al.
/// 2003).</param>
/// <param name="OwnCluster">Per head, the share of draws in which it is in its own cluster, after clusters are paired by what they have in
/// common.</param>
public sealed record StabilityReport(string Over, double[] AdjustedRand, double[,] Consensus, double[] OwnCluster)
{
    /// <summary>The mean adjusted Rand index.</summary>
    public double Mean => AdjustedRand.Average();

    /// <summary>That mean, and where 95 % of the draws lie.</summary>
    public Interval Interval => Interval.OfDraws(Mean, AdjustedRand);

    /// <summary>How many draws could be clustered.</summary>
    public int Draws => AdjustedRand.Length;
}

/// <summary>Clusters again on slightly other heads, texts, features or starts, and compares.</summary>
public static class Stability
{
    /// <summary>Draws by default.</summary>
    public const int DefaultDraws = 100;

    // Hundreds of runs: K-means need not start 50 times in each.
    private const int Restarts = 10;

    /// <summary>
    /// Draws the heads with replacement and clusters the draw; heads that it missed join the cluster whose drawn heads are
    /// nearest on average. Bootstrap after Hennig 2007. Asks whether the clusters depend on a few heads.
    /// </summary>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="draws">How many.</param>
    /// <returns>Over the draws that had at least k different heads; <see langword="null"/> where no draw had, as when k is nearly the
    /// number of heads.</returns>
    public static StabilityReport? OverHeads(HeadClustering clustering, int seed = 0, int draws = DefaultDraws) =>
        Report("heads", clustering, seed, draws, random =>
    {
        int n = clustering.Space.Count, k = clustering.Clusters.Count;
        int[] drawn = Bootstrap.Draw(n, random);
        var labels = Cluster(clustering, clustering.Space.Subset(drawn), random.Next());
        return labels is null ? null : Extend(clustering.Space.Distances, drawn, labels, k);
    });

    /// <summary>
    /// Clusters tables of other samples of the texts. Asks whether another corpus of the kind would have given the same
    /// clusters.
    /// </summary>
    /// <param name="resample">A table of the same heads and features over a sample of the texts, by seed, such as
    /// <see cref="TextValues.Resample(int)"/>.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="draws">How many.</param>
    /// <exception cref="InputException">A resampled table lacks a feature, or a feature has no spread in it.</exception>
    public static StabilityReport? OverTexts(HeadClustering clustering, Func<int, HeadTable> resample, int seed = 0,
        int draws = DefaultDraws)
    {
        if (clustering.Space.Given)
            throw new InputException("stability over texts", null, "needs features: the given distances are of all texts at once",
                "Cluster on features");
        return Report("texts", clustering, seed, draws, random =>
            Cluster(clustering, HeadSpace.OfPoints(resample(random.Next()).Select(clustering.Table.Features).Points(clustering.Scaling)),
                random.Next()));
    }

    /// <summary>Draws the features with replacement. Asks whether the clusters depend on a few features.</summary>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="draws">How many.</param>
    /// <exception cref="InputException">The clustering is on one feature, or on given distances.</exception>
    public static StabilityReport? OverFeatures(HeadClustering clustering, int seed = 0, int draws = DefaultDraws)
    {
        int d = clustering.Table.Features.Count;
        if (clustering.Space.Given || d < 2)
            throw new InputException("stability over features", null, "needs at least two features that were clustered on",
                "Cluster on more features");
        return Report("features", clustering, seed, draws, random =>
        {
            int[] columns = Bootstrap.Draw(d, random);
            return Cluster(clustering, HeadSpace.OfPoints([.. clustering.Points.Select(p => columns.Select(c => p[c]).ToArray())]),
                random.Next());
        });
    }

    /// <summary>Runs the algorithm with other seeds. Asks whether it finds the same optimum whatever its start.</summary>
    /// <param name="seed">Decides the seeds.</param>
    /// <param name="draws">How many.</param>
    /// <param name="algorithm">The algorithm; the clustering's own when omitted. <see cref="ClusterAlgorithms.KMeansWith"/> with one start
    /// shows what restarts are for.</param>
    public static StabilityReport? OverSeeds(HeadClustering clustering, int seed = 0, int draws = DefaultDraws,
        IClusterAlgorithm? algorithm = null) =>
        Report("seeds", clustering, seed, draws, random => (algorithm ?? clustering.Algorithm)
            .Fit(clustering.Space, clustering.Clusters.Count, random.Next()));

    private static int[]? Cluster(HeadClustering clustering, HeadSpace space, int seed)
    {
        int k = clustering.Clusters.Count;
        if (space.Different < k) return null;
        var algorithm = ReferenceEquals(clustering.Algorithm, ClusterAlgorithms.KMeans) ? ClusterAlgorithms.KMeansWith(Restarts)
            : clustering.Algorithm;
        try { return algorithm.Fit(space, k, seed); }
        catch (InputException) { return null; } // a draw on which a mixture or a medoid is left without heads says nothing
    }

    private static StabilityReport? Report(string over, HeadClustering clustering, int seed, int draws, Func<Random, int[]?> labels)
    {
        var random = new Random(seed);
        int[] seeds = [.. Enumerable.Range(0, draws).Select(_ => random.Next())];
        int[][] runs = [.. Runs.Of(draws, d => labels(new Random(seeds[d]))).OfType<int[]>()];
        if (runs.Length == 0) return null;
        int n = clustering.Labels.Length;
        var consensus = new double[n, n];
        var own = new double[n];
        foreach (int[] run in runs)
        {
            int[] matched = Agreement.Match(run, clustering.Labels);
            for (int i = 0; i < n; i++)
            {
                if (matched[i] == clustering.Labels[i]) own[i] += 1.0 / runs.Length;
                for (int j = 0; j < n; j++)
                    if (run[i] == run[j]) consensus[i, j] += 1.0 / runs.Length;
            }
        }
        return new StabilityReport(over, [.. runs.Select(r => Validity.AdjustedRand(clustering.Labels, r))], consensus, own);
    }

    private static int[] Extend(double[,] distances, int[] drawn, int[] labels, int k)
    {
        int n = distances.GetLength(0);
        var all = new int[n];
        var sizes = new int[k];
        foreach (int l in labels) sizes[l]++;
        for (int i = 0; i < n; i++)
        {
            int at = Array.IndexOf(drawn, i);
            if (at >= 0)
            {
                all[i] = labels[at];
                continue;
            }
            var sums = new double[k];
            for (int j = 0; j < drawn.Length; j++) sums[labels[j]] += distances[i, drawn[j]];
            all[i] = Enumerable.Range(0, k).MinBy(c => sums[c] / sizes[c]);
        }
        return all;
    }
}
