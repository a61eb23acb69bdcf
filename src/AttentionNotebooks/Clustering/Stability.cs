namespace AttentionNotebooks.Clustering;

/// <summary>Whether a clustering would have come out the same on slightly other heads.</summary>
public static class Stability
{
    /// <summary>
    /// Draws the heads with replacement, clusters the draw, gives every head the cluster of the nearest centroid, and
    /// compares with the clustering as it is by the adjusted Rand index. Bootstrap after Hennig 2007.
    /// </summary>
    /// <param name="clustering">The clustering.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="draws">How many.</param>
    /// <returns>
    /// The mean index and the 2.5 % and 97.5 % quantiles over the draws that had at least k different heads;
    /// <see langword="null"/> where no draw had, as when k is nearly the number of heads.
    /// </returns>
    public static (double Mean, double Low, double High, int Draws)? OverHeads(HeadClustering clustering, int seed = 0, int draws = 100)
    {
        var random = new Random(seed);
        var points = clustering.Points;
        int k = clustering.Clusters.Count;
        var indices = new List<double>();
        for (int d = 0; d < draws; d++)
        {
            double[][] drawn = [.. Enumerable.Range(0, points.Length).Select(_ => points[random.Next(points.Length)])];
            if (KMeans.CountDifferent(drawn) < k) continue;
            var centroids = KMeans.Fit(drawn, k, seed + d, restarts: 10).Centroids;
            int[] labels = [.. points.Select(p => Enumerable.Range(0, k).MinBy(c => KMeans.SquaredDistance(p, centroids[c])))];
            indices.Add(Validity.AdjustedRand(clustering.Labels, labels));
        }
        double[] all = [.. indices];
        return all.Length == 0 ? null : (all.Average(), FeatureScaling.Quantile(all, 0.025), FeatureScaling.Quantile(all, 0.975), all.Length);
    }
}
