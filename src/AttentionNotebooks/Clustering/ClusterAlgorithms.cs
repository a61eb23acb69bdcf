using System.Reflection;

namespace AttentionNotebooks;

/// <summary>The algorithms that the kit knows by name.</summary>
public static class ClusterAlgorithms
{
    /// <summary>K-means with many restarts.</summary>
    public static IClusterAlgorithm KMeans { get; } = KMeansWith(AttentionNotebooks.KMeans.DefaultRestarts);

    /// <summary>Gaussian mixture with one variance per feature and cluster.</summary>
    public static IClusterAlgorithm Mixture { get; } =
        new Named("gmm", "Gaussian mixture, diagonal covariances (Dempster et al. 1977)", false,
        (h, k, seed) => GaussianMixture.Fit(h.PointsFor("gmm"), k, Covariance.Diagonal, seed).Labels);

    /// <summary>Gaussian mixture with a whole covariance matrix per cluster.</summary>
    public static IClusterAlgorithm FullMixture { get; } =
        new Named("gmm-full", "Gaussian mixture, full covariances (Dempster et al. 1977)", false,
        (h, k, seed) => GaussianMixture.Fit(h.PointsFor("gmm-full"), k, Covariance.Full, seed).Labels);

    /// <summary>Agglomerative, least growth of the squared error.</summary>
    public static IClusterAlgorithm Ward { get; } =
        Agglomerative("ward", "agglomerative, least growth of the sum of squares (Ward 1963)", Linkage.Ward, false);

    /// <summary>Agglomerative, least mean distance.</summary>
    public static IClusterAlgorithm Average { get; } =
        Agglomerative("average", "agglomerative, least mean distance (Sokal and Michener 1958)", Linkage.Average, true);

    /// <summary>Agglomerative, least largest distance.</summary>
    public static IClusterAlgorithm Complete { get; } =
        Agglomerative("complete", "agglomerative, least largest distance (Sørensen 1948)", Linkage.Complete, true);

    /// <summary>K-medoids.</summary>
    public static IClusterAlgorithm KMedoids { get; } =
        new Named("kmedoids", "partitioning around medoids, FasterPAM (Schubert and Rousseeuw 2021)", true,
        (h, k, seed) => AttentionNotebooks.KMedoids.Fit(h, k, seed).Labels);

    /// <summary>Spectral clustering.</summary>
    public static IClusterAlgorithm Spectral { get; } =
        new Named("spectral", "normalised spectral clustering (Ng, Jordan and Weiss 2002)", true,
        (h, k, seed) => SpectralClustering.Fit(h, k, seed).Labels);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IClusterAlgorithm> All { get; } =
        [KMeans, Mixture, FullMixture, Ward, Average, Complete, KMedoids, Spectral];

    /// <summary>Those of AttentionNotebooks.Accord where it was built in (<c>-p:UseAccord=true</c>); else none.</summary>
    public static IReadOnlyList<IClusterAlgorithm> Accord { get; } = OptIn("AttentionNotebooks.Accord");

    /// <summary>The algorithm of that name.</summary>
    /// <param name="name">Its name, e.g. <c>ward</c>.</param>
    /// <exception cref="InputException">There is no such algorithm.</exception>
    public static IClusterAlgorithm Get(string name) => All.Concat(Accord).FirstOrDefault(a => a.Name == name)
        ?? throw Spelling.Unknown("algorithm", name, [.. All.Concat(Accord).Select(a => a.Name)]);

    /// <summary>K-means with a chosen number of restarts: few, where it runs hundreds of times.</summary>
    /// <param name="restarts">How many starts; the best result counts.</param>
    public static IClusterAlgorithm KMeansWith(int restarts) =>
        new Named("kmeans", $"K-means, best of {restarts} k-means++ starts (Lloyd 1982; Arthur and Vassilvitskii 2007)", false,
        (h, k, seed) => AttentionNotebooks.KMeans.Fit(h.PointsFor("kmeans"), k, seed, restarts).Labels);

    // Found beside this assembly instead of referenced: the kit must build and run without it.
    private static IReadOnlyList<IClusterAlgorithm> OptIn(string assembly)
    {
        string file = Path.Combine(Path.GetDirectoryName(typeof(ClusterAlgorithms).Assembly.Location) ?? "", assembly + ".dll");
        return !File.Exists(file) ? [] : [.. Assembly.LoadFrom(file).GetTypes()
            .Where(t => t.IsClass && t.IsPublic && typeof(IClusterAlgorithm).IsAssignableFrom(t))
            .Select(t => (IClusterAlgorithm)Activator.CreateInstance(t)!).OrderBy(a => a.Name, StringComparer.Ordinal)];
    }

    private static Named Agglomerative(string name, string method, Linkage linkage, bool takesDistances) =>
        new(name, method, takesDistances, (h, k, _) =>
    {
        if (!takesDistances) h.PointsFor(name);
        return Dendrogram.Of(h, linkage).Cut(k);
    });

    private sealed class Named(string name, string method, bool takesDistances, Func<HeadSpace, int, int, int[]> fit) : IClusterAlgorithm
    {
        public string Name => name;

        public string Method => method;

        public bool TakesDistances => takesDistances;

        public int[] Fit(HeadSpace heads, int k, int seed = 0)
        {
            heads.RequireClusters(k);
            return fit(heads, k, seed);
        }
    }
}
