using AttentionNotebooks.Features;

namespace AttentionNotebooks.Clustering;

/// <summary>From a head table to named clusters.</summary>
public static class HeadClusters
{
    /// <summary>Values of k that an automatic choice looks at.</summary>
    public static IReadOnlyList<int> Candidates { get; } = [.. Enumerable.Range(2, 11)];

    /// <summary>Clusters heads by K-means.</summary>
    /// <param name="table">The head table.</param>
    /// <param name="k">How many clusters, at least 2.</param>
    /// <param name="features">The columns to use; when omitted, those of <see cref="StandardFeatures.ForClustering"/> that the table has.</param>
    /// <param name="scaling">How to scale them.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <exception cref="InputException">k does not fit the heads, or a column cannot be used.</exception>
    public static HeadClustering Cluster(this HeadTable table, int k, IReadOnlyList<string>? features = null, Scaling scaling = Scaling.ZScore, int seed = 0)
    {
        if (k < 2) throw new InputException($"k = {k}", null, "is too few clusters", "Choose k from 2 to the number of heads");
        var columns = table.Select(features ?? DefaultFeatures(table));
        var points = columns.Points(scaling);
        var fit = KMeans.Fit(points, k, seed);
        return Describe(table, columns, scaling, points, fit);
    }

    /// <summary>The silhouette for each k, to choose from.</summary>
    /// <param name="table">The head table.</param>
    /// <param name="features">The columns to use; the clustering default when omitted.</param>
    /// <param name="scaling">How to scale them.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <returns>Pairs of k and mean silhouette, for those <see cref="Candidates"/> that are fewer than the heads that differ; at least one.</returns>
    /// <exception cref="InputException">A column cannot be used, or fewer than three heads differ, so that there is nothing to choose.</exception>
    public static IReadOnlyList<(int K, double Silhouette)> Silhouettes(this HeadTable table, IReadOnlyList<string>? features = null, Scaling scaling = Scaling.ZScore, int seed = 0)
    {
        var points = table.Select(features ?? DefaultFeatures(table)).Points(scaling);
        int different = KMeans.CountDifferent(points);
        if (different < 3) throw new InputException("the number of clusters", null, $"cannot be chosen: {different} heads differ in these features", "Use more heads or features, or name k");
        return [.. Candidates.Where(k => k < different).Select(k => (k, Validity.Silhouettes(points, KMeans.Fit(points, k, seed).Labels).Average()))];
    }

    /// <summary>The columns that heads are clustered on unless told otherwise.</summary>
    /// <param name="table">The head table.</param>
    public static IReadOnlyList<string> DefaultFeatures(HeadTable table)
    {
        string[] standard = [.. StandardFeatures.ForClustering.Where(table.Features.Contains)];
        return standard.Length > 0 ? standard : table.Features;
    }

    private static HeadClustering Describe(HeadTable table, HeadTable columns, Scaling scaling, double[][] points, KMeansResult fit)
    {
        // Numbered from the largest down, so that the same partition has the same numbers whatever the algorithm's order.
        int[] order = [.. Enumerable.Range(0, fit.Centroids.Length).OrderByDescending(c => fit.Labels.Count(l => l == c)).ThenBy(c => Array.IndexOf(fit.Labels, c))];
        int[] labels = [.. fit.Labels.Select(l => Array.IndexOf(order, l))];
        Head[][] heads = [.. order.Select(c => table.Grid.All().Where((_, i) => fit.Labels[i] == c).ToArray())];
        // Named from every column of the table, not only from those clustered on: what a cluster is called should
        // say what its heads do, whatever grouped them.
        var means = heads.Select(hs => table.Features.ToDictionary(f => f, f => hs.Average(h => table[h, f]))).ToArray();
        var names = ClusterNames.Of(means, table);
        HeadCluster[] clusters = [.. order.Select((c, i) => new HeadCluster(i, names[i].Name, names[i].Evidence, heads[i], means[i], fit.Centroids[c]))];
        return new HeadClustering(columns, scaling, points, labels, clusters, fit.Inertia, Validity.Silhouettes(points, labels));
    }
}
