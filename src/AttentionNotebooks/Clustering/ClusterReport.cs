using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// The figures of a clustering as JSON: how far clusters stand apart, how stable they are over heads, features, seeds and texts, and how
/// they compare with clusters of data without groups (<see cref="NullModel"/>), and what each of these nulls permits to say. It is what
/// <c>attn cluster --json</c> writes.
/// </summary>
public static class ClusterReport
{
    private const int NullRuns = 99;
    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    /// <summary>Computes the figures; the heads are clustered again more than a thousand times, so that it takes seconds, and a
    /// mixture longer.</summary>
    /// <param name="resample">
    /// From a seed to the head table over texts drawn with replacement (<see cref="TextValues.Resample(int)"/>), for the stability over
    /// texts; left out when omitted.
    /// </param>
    /// <returns>The JSON text.</returns>
    public static string Compute(HeadClustering clustering, Func<int,
        HeadTable>? resample = null) => JsonSerializer.Serialize(Figures(clustering, resample), _indented) + "\n";

    // Property names are the file's.
    private static object Figures(HeadClustering c, Func<int, HeadTable>? resample)
    {
        var overHeads = Stability.OverHeads(c, c.Seed);
        bool onPoints = !c.Space.Given, several = onPoints && c.Table.Features.Count > 1;
        return new
        {
            algorithm = c.Algorithm.Name,
            method = c.Algorithm.Method,
            k = c.Clusters.Count,
            seed = c.Seed,
            scale = c.Scaling.ToString().ToLowerInvariant(),
            features = c.Table.Features,
            distances = c.Space.Given ? "given" : "euclidean",
            inertia = c.Inertia,
            silhouette = c.Silhouette,
            calinski_harabasz = Finite(Validity.CalinskiHarabasz(c.Points, c.Labels)),
            davies_bouldin = Finite(Validity.DaviesBouldin(c.Points, c.Labels)),
            bic = Bic(c),
            stability = new
            {
                what = "adjusted Rand index with the clustering of heads drawn with replacement; low and high: where 95 % of the draws lie",
                mean = overHeads?.Mean,
                low = overHeads?.Interval.Low,
                high = overHeads?.Interval.High,
                draws = overHeads?.Draws ?? 0,
                over_features = several ? Figures(Stability.OverFeatures(c, c.Seed)) : null,
                over_seeds = Figures(Stability.OverSeeds(c, c.Seed, draws: 20)),
                over_texts = resample is null ? null : Figures(Stability.OverTexts(c, resample, c.Seed)),
            },
            @null = onPoints ? new
            {
                shuffled_features = several ? Null(c, NullModel.ShuffledFeatures) : null,
                one_gaussian = Null(c, NullModel.OneGaussian),
                gaussian_copula = several ? Null(c, NullModel.GaussianCopula) : null,
            } : null,
            differences = ClusterDifferences.Compute(c, seed: c.Seed).Select(d => new
            {
                feature = d.Feature,
                clustered = d.Clustered,
                eta_squared = d.EtaSquared,
                epsilon_squared = Finite(d.EpsilonSquared),
                kruskal_wallis = Finite(d.KruskalWallis),
                p = Finite(d.PValue),
                p_permutation = Finite(d.PermutationPValue),
                p_holm = Finite(d.Holm),
                p_benjamini_hochberg = Finite(d.BenjaminiHochberg),
            }),
            sorted_otherwise = DistanceExperiment.Against(c, seed: c.Seed).Select(t => new
            {
                by = t.Name,
                what = t.Table.Shared.Count > 0 ? "overlap of two rules on the same columns, no test" : "association",
                shared_columns = t.Table.Shared,
                cramers_v = Finite(t.Table.CramersV),
                cramers_v_shuffled = Finite(t.Table.ExpectedV),
                p = Finite(t.Table.PValue),
            }),
            clusters = c.Clusters.Select(x => new
            {
                number = x.Number,
                name = x.Name,
                evidence = x.Evidence,
                heads_that_meet_the_rule = x.MeetRule,
                heads = x.Heads.Select(h => h.ToString()),
                means = x.Means,
            }),
            heads = c.Grid.All().Select((h, i) => new
            {
                head = h.ToString(),
                cluster = c.Labels[i],
                silhouette = c.Silhouettes[i],
                own_cluster = overHeads?.OwnCluster[i],
            }),
        };
    }

    private static object? Figures(StabilityReport? r) => r is null ? null
        : new
        {
            mean = r.Mean,
            low = r.Interval.Low,
            high = r.Interval.High,
            draws = r.Draws
        };

    private static object Null(HeadClustering c, NullModel model)
    {
        var n = StructureNull.Run(c, model, model == NullModel.GaussianCopula && !IsMixture(c) ? model.Runs() : NullRuns, c.Seed);
        return new
        {
            claim = n.SilhouettePValue < LeastPValue.Level ? n.Claim : null,
            runs = n.NullSilhouettes.Length,
            silhouette_mean = n.NullSilhouettes.Average(),
            silhouette_p = n.SilhouettePValue,
            inertia_ratio = n.InertiaRatio,
            inertia_ratio_mean = n.NullInertiaRatios.Average(),
            inertia_p = n.InertiaPValue,
        };
    }

    // A mixture takes thirty times as long as K-means.
    private static bool IsMixture(HeadClustering c) => c.Algorithm.Name.StartsWith("gmm", StringComparison.Ordinal);

    private static double? Bic(HeadClustering c) => c.Algorithm.Name switch
    {
        "gmm" => GaussianMixture.Fit(c.Points, c.Clusters.Count, Covariance.Diagonal, c.Seed).Bic,
        "gmm-full" => GaussianMixture.Fit(c.Points, c.Clusters.Count, Covariance.Full, c.Seed).Bic,
        _ => null,
    };

    // JSON has no NaN and no infinity.
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
