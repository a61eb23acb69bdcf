namespace AttentionNotebooks;

/// <summary>Heads in clusters: labels, what each cluster is called and why, and how well they stand apart. Immutable.</summary>
/// <example><code>
/// var clusters = HeadTable.Read(Kit.DataPath("bert-base/heads.csv")).Cluster(4);
/// int[] labels = clusters.Labels;        // 144, one per head, in the order of clusters.Grid
/// $"head 7-9: {clusters[new Head(7, 9)].Name}; mean silhouette {clusters.Silhouette:0.00}"
/// </code></example>
public sealed class HeadClustering
{
    internal HeadClustering(HeadTable table, Scaling scaling, double[][] points, int[] labels, IReadOnlyList<HeadCluster> clusters,
        double inertia, double[] silhouettes,
        HeadTable? allFeatures = null, HeadSpace? space = null, IClusterAlgorithm? algorithm = null, int seed = 0)
    {
        Table = table;
        AllFeatures = allFeatures ?? table;
        Scaling = scaling;
        Points = points;
        Space = space ?? HeadSpace.OfPoints(points);
        Algorithm = algorithm ?? ClusterAlgorithms.KMeans;
        Seed = seed;
        Labels = labels;
        Clusters = clusters;
        Inertia = inertia;
        Silhouettes = silhouettes;
    }

    /// <summary>The table whose columns the heads were clustered on.</summary>
    public HeadTable Table { get; }

    /// <summary>The table with all its columns, which the clusters' names and means are taken from.</summary>
    public HeadTable AllFeatures { get; }

    /// <summary>What was clustered: the points, or given distances.</summary>
    public HeadSpace Space { get; }

    /// <summary>How.</summary>
    public IClusterAlgorithm Algorithm { get; }

    /// <summary>What decided the random choices.</summary>
    public int Seed { get; }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid => Table.Grid;

    /// <summary>How the columns were scaled first.</summary>
    public Scaling Scaling { get; }

    /// <summary>The scaled values of the columns, <c>[heads][features]</c>: what was clustered, unless distances were given.</summary>
    public double[][] Points { get; }

    /// <summary>Per head, in the grid's order, the number of its cluster (from 0).</summary>
    public int[] Labels { get; }

    /// <summary>The clusters, from the largest to the smallest.</summary>
    public IReadOnlyList<HeadCluster> Clusters { get; }

    /// <summary>Sum over heads of the squared distance to the centroid, in scaled units.</summary>
    public double Inertia { get; }

    /// <summary>Per head, the silhouette (b − a) / max(a, b), from −1 to 1 (Rousseeuw 1987), by the distances that were
    /// clustered.</summary>
    public double[] Silhouettes { get; }

    /// <summary>The mean silhouette over heads.</summary>
    public double Silhouette => Silhouettes.Average();

    /// <summary>The cluster of a head.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public HeadCluster this[Head head] => Clusters[Labels[Grid.PositionOf(head)]];

    /// <summary>
    /// Writes <c>layer,head,cluster,name</c>, a row per head, and beside it where the table comes from;
    /// <see cref="ClusterAssignment.Read(string)"/> reads both.
    /// </summary>
    /// <param name="file">The file; it holds all heads or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => ClusterAssignment.Of(this).Write(file);
}

/// <summary>One cluster of heads.</summary>
/// <param name="Number">Its number, from 0 (the largest cluster).</param>
/// <param name="Name">What the rule of <see cref="ClusterNames"/> calls it.</param>
/// <param name="Evidence">The sentence of figures that led to the name.</param>
/// <param name="Heads">Its heads in the grid's order.</param>
/// <param name="Means">Per feature of the table, the mean over its heads, in the feature's own unit.</param>
/// <param name="Centroid">The same in scaled units.</param>
/// <example><code>
/// var clusters = HeadTable.Read(Kit.DataPath("bert-base/heads.csv")).Cluster(4);
/// HeadCluster largest = clusters.Clusters[0];
/// Console.WriteLine($"{largest.Heads.Count} heads: {largest.Name}");
/// Console.WriteLine(largest.Evidence);   // the figures behind the name
/// </code></example>
public sealed record HeadCluster(int Number, string Name, string Evidence, IReadOnlyList<Head> Heads,
    IReadOnlyDictionary<string, double> Means, double[] Centroid)
{
    /// <summary>How many of the heads meet by themselves the rule that named the cluster by its means, from 0 to the number of heads. A
    /// name says more the more heads meet its rule.</summary>
    public int MeetRule { get; init; }
}
