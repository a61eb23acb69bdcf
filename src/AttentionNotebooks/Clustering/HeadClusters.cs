namespace AttentionNotebooks;

/// <summary>From a head table to named clusters.</summary>
/// <example><code>
/// var bert = HeadTable.Read(Kit.DataPath("bert-base/heads.csv"));
/// var curve = bert.SilhouetteByK(["mean_distance"]);
/// int k = curve.MaxBy(c => c.Silhouette).K;          // 2: near and far
/// var clusters = bert.Cluster(k, ["mean_distance"]);
/// clusters.Clusters.Select(c => $"{c.Name}: {c.Heads.Count} heads")
/// </code></example>
public static class HeadClusters
{
    /// <summary>Values of k that an automatic choice looks at.</summary>
    public static IReadOnlyList<int> Candidates { get; } = [.. Enumerable.Range(2, 11)];

    /// <summary>Clusters heads.</summary>
    /// <param name="table">The head table.</param>
    /// <param name="k">How many clusters, at least 2.</param>
    /// <param name="features">The columns to use; when omitted, those of <see cref="StandardFeatures.ForClustering"/> that the table
    /// has.</param>
    /// <param name="scaling">How to scale them.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <param name="algorithm">How to cluster; K-means when omitted.</param>
    /// <param name="distances">Distances between the heads, <c>[heads, heads]</c>, to cluster on instead of the columns, which then only
    /// describe the clusters.</param>
    /// <exception cref="InputException">k does not fit the heads, a column or the distances cannot be used, or the algorithm takes no
    /// distances.</exception>
    public static HeadClustering Cluster(this HeadTable table, int k, IReadOnlyList<string>? features = null,
        Scaling scaling = Scaling.ZScore, int seed = 0,
        IClusterAlgorithm? algorithm = null, double[,]? distances = null)
    {
        if (k < 2) throw new InputException($"k = {k}", null, "is too few clusters", "Choose k from 2 to the number of heads");
        algorithm ??= ClusterAlgorithms.KMeans;
        var columns = table.Select(features ?? DefaultFeatures(table));
        var space = Space(columns, k, scaling, distances);
        return Describe(table, columns, scaling, space, algorithm, seed, algorithm.Fit(space, k, seed));
    }

    /// <summary>The silhouette for each k, to choose from.</summary>
    /// <param name="table">The head table.</param>
    /// <param name="features">The columns to use; the clustering default when omitted.</param>
    /// <param name="scaling">How to scale them.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <param name="algorithm">How to cluster; K-means when omitted.</param>
    /// <param name="distances">Distances between the heads to cluster on instead of the columns.</param>
    /// <returns>Pairs of k and mean silhouette, for those <see cref="Candidates"/> that are fewer than the heads that differ; at least
    /// one.</returns>
    /// <exception cref="InputException">A column cannot be used, or fewer than three heads differ, so that there is nothing to
    /// choose.</exception>
    public static IReadOnlyList<(int K, double Silhouette)> SilhouetteByK(this HeadTable table, IReadOnlyList<string>? features = null,
        Scaling scaling = Scaling.ZScore, int seed = 0,
        IClusterAlgorithm? algorithm = null, double[,]? distances = null)
    {
        var space = Space(table.Select(features ?? DefaultFeatures(table)), 2, scaling, distances);
        if (space.Different < 3)
            throw new InputException("the number of clusters", null, $"cannot be chosen: {space.Different} heads differ in these features",
                "Use more heads or features, or name k");
        return [.. Candidates.Where(k => k < space.Different)
            .Select(k => (k, Validity.Silhouettes(space.Distances, (algorithm ?? ClusterAlgorithms.KMeans).Fit(space, k, seed))
                .Average()))];
    }

    /// <summary>The columns that heads are clustered on when none is named: the standard ones and the user's own; all where there is no
    /// standard one.</summary>
    /// <param name="table">The head table.</param>
    public static IReadOnlyList<string> DefaultFeatures(HeadTable table)
    {
        string[] standard = [.. StandardFeatures.ForClustering.Where(table.Features.Contains)];
        return standard.Length > 0 ? [.. standard, .. table.Columns.Where(c => c.Kind == MeasureKind.User).Select(c => c.Name)]
            : table.Features;
    }

    private static HeadSpace Space(HeadTable columns, int k, Scaling scaling, double[,]? distances)
    {
        // Before scaling: of one head no feature has a spread, and that is not what is wrong.
        if (k > columns.Grid.Count)
            throw new InputException($"k = {k}", null, $"is more than the {columns.Grid.Count} heads there are", "Choose a smaller k");
        var points = columns.Points(scaling);
        return distances is null ? HeadSpace.OfPoints(points) : HeadSpace.OfDistances(distances, points);
    }

    private static HeadClustering Describe(HeadTable table, HeadTable columns, Scaling scaling, HeadSpace space,
        IClusterAlgorithm algorithm, int seed, int[] found)
    {
        // Numbered from the largest down, so that the same partition has the same numbers whatever the algorithm's order.
        int[] order = [.. Enumerable.Range(0, found.Max() + 1).OrderByDescending(c => found.Count(l => l == c))
            .ThenBy(c => Array.IndexOf(found, c))];
        int[] labels = [.. found.Select(l => Array.IndexOf(order, l))];
        Head[][] heads = [.. order.Select(c => table.Grid.All().Where((_, i) => found[i] == c).ToArray())];
        // Named from every column of the table, not only from those clustered on: what a cluster is called should
        // say what its heads do, whatever grouped them.
        var means = heads.Select(hs => table.Features.ToDictionary(f => f, f => hs.Average(h => table[h, f]))).ToArray();
        var names = ClusterNames.Of(means, table);
        var points = space.Points!;
        var centroids = Validity.Centroids(points, labels);
        HeadCluster[] clusters = [.. order.Select((_, i) =>
            new HeadCluster(i, names[i].Name, names[i].Evidence, heads[i], means[i], centroids[i])
            { MeetRule = ClusterNames.MeetRule(means[i], heads[i], table) })];
        return new HeadClustering(columns, scaling, points, labels, clusters, Validity.Inertia(points, labels),
            Validity.Silhouettes(space.Distances, labels), table, space, algorithm, seed);
    }
}
