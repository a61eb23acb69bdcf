namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What <c>attn cluster --json</c> says of a clustering; property names are the file's.</summary>
internal static class ClusterReport
{
    private const int NullRuns = 99;

    public static object Of(HeadClustering c, TextValues? texts)
    {
        var overHeads = Stability.OverHeads(c, c.Seed);
        bool onPoints = !c.Space.Given, several = onPoints && c.Table.Features.Count > 1;
        return new
        {
            algorithm = c.Algorithm.Name, method = c.Algorithm.Method, k = c.Clusters.Count, seed = c.Seed, scale = c.Scaling.ToString().ToLowerInvariant(),
            features = c.Table.Features, distances = c.Space.Given ? "given" : "euclidean",
            inertia = c.Inertia, silhouette = c.Silhouette,
            calinski_harabasz = Finite(Validity.CalinskiHarabasz(c.Points, c.Labels)), davies_bouldin = Finite(Validity.DaviesBouldin(c.Points, c.Labels)),
            bic = Bic(c),
            stability = new
            {
                what = "adjusted Rand index with the clustering of heads drawn with replacement", mean = overHeads?.Mean, low = overHeads?.Low, high = overHeads?.High, draws = overHeads?.Draws ?? 0,
                over_features = several ? Figures(Stability.OverFeatures(c, c.Seed)) : null,
                over_seeds = Figures(Stability.OverSeeds(c, c.Seed, draws: 20)),
                over_texts = texts is null ? null : Figures(Stability.OverTexts(c, texts.Resample, c.Seed)),
            },
            @null = onPoints ? new { shuffled_features = several ? Null(c, NullModel.ShuffledFeatures) : null, one_gaussian = Null(c, NullModel.OneGaussian) } : null,
            differences = ClusterDifferences.Of(c, seed: c.Seed).Select(d => new
            {
                feature = d.Feature, clustered = d.Clustered, eta_squared = d.EtaSquared, epsilon_squared = Finite(d.EpsilonSquared), kruskal_wallis = Finite(d.KruskalWallis), p = Finite(d.PValue),
                p_permutation = Finite(d.PermutationPValue), p_holm = Finite(d.Holm), p_benjamini_hochberg = Finite(d.BenjaminiHochberg),
            }),
            clusters = c.Clusters.Select(x => new { number = x.Number, name = x.Name, evidence = x.Evidence, heads = x.Heads.Select(h => h.ToString()), means = x.Means }),
            heads = c.Grid.All().Select((h, i) => new { head = h.ToString(), cluster = c.Labels[i], silhouette = c.Silhouettes[i], own_cluster = overHeads?.OwnCluster[i] }),
        };
    }

    private static object? Figures(StabilityReport? r) => r is null ? null : new { mean = r.Mean, low = r.Low, high = r.High, draws = r.Draws };

    private static object Null(HeadClustering c, NullModel model)
    {
        var n = StructureNull.Of(c, model, NullRuns, c.Seed);
        return new { runs = n.NullSilhouettes.Length, silhouette_mean = n.NullSilhouettes.Average(), silhouette_p = n.SilhouettePValue, inertia_ratio = n.InertiaRatio, inertia_ratio_mean = n.NullInertiaRatios.Average(), inertia_p = n.InertiaPValue };
    }

    private static double? Bic(HeadClustering c) => c.Algorithm.Name switch
    {
        "gmm" => GaussianMixture.Fit(c.Points, c.Clusters.Count, Covariance.Diagonal, c.Seed).Bic,
        "gmm-full" => GaussianMixture.Fit(c.Points, c.Clusters.Count, Covariance.Full, c.Seed).Bic,
        _ => null,
    };

    // JSON has no NaN and no infinity.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
