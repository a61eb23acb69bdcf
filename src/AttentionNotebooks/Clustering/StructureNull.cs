namespace AttentionNotebooks;

/// <summary>How much structure the same algorithm finds in data without any.</summary>
/// <param name="Model">What "none" means.</param>
/// <param name="Silhouette">The mean silhouette on the heads.</param>
/// <param name="NullSilhouettes">The mean silhouettes on the null data.</param>
/// <param name="InertiaRatio">Inertia over total sum of squares on the heads: the share of the variance that the clusters leave.</param>
/// <param name="NullInertiaRatios">The same on the null data.</param>
/// <param name="EtaSquared">Per clustered feature, the share of its variance between the clusters.</param>
/// <param name="NullEtaSquared">The same on the null data, <c>[runs][features]</c>.</param>
public sealed record StructureNull(NullModel Model, double Silhouette, double[] NullSilhouettes, double InertiaRatio,
    double[] NullInertiaRatios, double[] EtaSquared, double[][] NullEtaSquared)
{
    /// <summary>What may be said where this null is rejected.</summary>
    public string Claim => Model.Claim();

    /// <summary>Share of the null that stands apart at least as much, with + 1 above and below.</summary>
    public double SilhouettePValue => Permutation.PValue(Silhouette, NullSilhouettes);

    /// <summary>Share of the null that is compressed at least as much, with + 1 above and below.</summary>
    public double InertiaPValue => Permutation.PValue(1 - InertiaRatio, [.. NullInertiaRatios.Select(r => 1 - r)]);

    /// <summary>
    /// Per clustered feature, the share of the null whose clusters differ in it at least as much. This is the test that a
    /// feature used for clustering can stand: clusters of anything differ in what was clustered.
    /// </summary>
    public double[] EtaPValues => [.. EtaSquared.Select((eta, f) => Permutation.PValue(eta, [.. NullEtaSquared.Select(run => run[f])]))];

    /// <summary>Clusters null data with the clustering's own algorithm, k and features.</summary>
    /// <param name="clustering">The clustering, of points.</param>
    /// <param name="model">What heads without clusters look like.</param>
    /// <param name="runs">How many null data sets; when omitted, <see cref="NullModels.Runs"/>.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">The clustering is on given distances; or on one feature, whose values alone every null but one
    /// Gaussian leaves as they are.</exception>
    public static StructureNull Run(HeadClustering clustering, NullModel model = NullModel.ShuffledFeatures, int? runs = null, int seed = 0)
    {
        var points = clustering.Space.PointsFor("of the null");
        if (model != NullModel.OneGaussian && points[0].Length < 2)
            throw new InputException($"the null of {model.Named()}", null,
                "needs two features: of one alone it only deals the same values to other heads",
                "Compare with one Gaussian, or use the gap statistic");
        int asked = runs ?? model.Runs();
        int k = clustering.Clusters.Count;
        var algorithm = ReferenceEquals(clustering.Algorithm, ClusterAlgorithms.KMeans) ? ClusterAlgorithms.KMeansWith(restarts: 10)
            : clustering.Algorithm;
        var draw = NullData.Of(points, model);
        var found = Runs.Of(asked, r =>
        {
            var random = new Random(Seed(seed, r));
            var data = draw(random);
            try { return Figures(data, algorithm.Fit(HeadSpace.OfPoints(data), k, random.Next())); }
            // a mixture that needs fewer components says nothing
            catch (InputException) { return ((double Silhouette, double Ratio, double[] Eta)?)null; }
        }).Where(f => f is not null).Select(f => f!.Value).ToArray();
        if (found.Length == 0)
            throw new InputException("the null", null, $"gave {k} clusters in none of {asked} runs",
                "Choose a smaller k, or another algorithm");
        var own = Figures(points, clustering.Labels);
        return new StructureNull(model, own.Silhouette, [.. found.Select(f => f.Silhouette)], own.Ratio, [.. found.Select(f => f.Ratio)],
            own.Eta, [.. found.Select(f => f.Eta)]);
    }

    // Runs of neighbouring seeds do not overlap.
    private static int Seed(int seed, int run) => unchecked(seed * 1_000_003 + run);

    private static (double Silhouette, double Ratio, double[] Eta) Figures(double[][] points, int[] labels)
    {
        double[] eta = [.. Enumerable.Range(0, points[0].Length).Select(f => EffectSize.EtaSquared([.. points.Select(p => p[f])], labels))];
        return (Validity.Silhouettes(points, labels).Average(),
            Validity.Inertia(points, labels) / Validity.Inertia(points, new int[points.Length]), eta);
    }
}
