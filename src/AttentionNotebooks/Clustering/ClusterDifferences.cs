namespace AttentionNotebooks;

/// <summary>How clusters differ in one feature, and how sure that is.</summary>
/// <param name="Clustered">Whether the heads were clustered on it, or on one that says the same; if so they differ in it by construction,
/// whatever its p-values say.</param>
/// <param name="EtaSquared">Share of its variance between the clusters.</param>
/// <param name="EpsilonSquared">The same of its ranks, which no outlying head sways.</param>
/// <param name="KruskalWallis">H.</param>
/// <param name="PValue">Of H, by χ².</param>
/// <param name="PermutationPValue">Of η², by shuffling the labels.</param>
/// <param name="Holm"><paramref name="PValue"/> corrected for all features by Holm.</param>
/// <param name="BenjaminiHochberg"><paramref name="PValue"/> corrected for all features by Benjamini and Hochberg.</param>
public sealed record FeatureDifference(string Feature, bool Clustered, double EtaSquared, double EpsilonSquared, double KruskalWallis,
    double PValue, double PermutationPValue, double Holm, double BenjaminiHochberg);

/// <summary>
/// Whether clusters are "significantly different": per feature an effect size and a corrected p-value. Clusters always differ
/// in what was clustered, so the tests that say something are on features left out
/// (<see cref="OfFeaturesLeftOut"/>), on other texts (<see cref="Compute"/> with their table), and against the null of
/// <see cref="StructureNull.EtaPValues"/>.
/// </summary>
public static class ClusterDifferences
{
    /// <summary>Shufflings of the labels by default.</summary>
    public const int DefaultShuffles = 999;

    /// <summary>How the clusters differ in each feature of a table.</summary>
    /// <param name="clustering">The clusters.</param>
    /// <param name="table">The features to test, of the same heads; all of the table that was clustered from when omitted. A table over
    /// other texts tests whether the differences hold on them.</param>
    /// <param name="shuffles">How many shufflings of the labels.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">The table is of other heads.</exception>
    public static IReadOnlyList<FeatureDifference> Compute(HeadClustering clustering, HeadTable? table = null,
        int shuffles = DefaultShuffles, int seed = 0)
    {
        table ??= clustering.AllFeatures;
        if (table.Grid != clustering.Grid)
            throw new InputException("the table to test on", null, $"has {table.Grid} heads, the clusters {clustering.Grid}",
                "Give a table of the same model");
        return Corrected([.. table.Features.Select(f =>
            Test(f, !clustering.Space.Given && Clustered(clustering, f), table.Column(f), clustering.Labels, shuffles, seed))]);
    }

    /// <summary>
    /// For each clustered feature: clusters the heads again without it and without those that say nearly the same
    /// (|correlation| above <paramref name="alike"/>), and tests the one that was left out.
    /// </summary>
    /// <param name="clustering">The clusters.</param>
    /// <param name="alike">Features correlated more than this are left out together.</param>
    /// <param name="shuffles">How many shufflings of the labels.</param>
    /// <param name="seed">Decides them.</param>
    /// <returns>Per feature for which another one is left to cluster on.</returns>
    /// <exception cref="InputException">The clustering is on given distances.</exception>
    public static IReadOnlyList<FeatureDifference> OfFeaturesLeftOut(HeadClustering clustering, double alike = 0.9,
        int shuffles = DefaultShuffles, int seed = 0)
    {
        clustering.Space.PointsFor("of features left out");
        var table = clustering.Table;
        var results = new List<FeatureDifference>();
        foreach (string feature in table.Features)
        {
            string[] kept = [.. table.Features.Where(f => f != feature
                && !(Math.Abs(Correlation(table.Column(f), table.Column(feature))) > alike))];
            if (kept.Length == 0) continue;
            var again = table.Cluster(clustering.Clusters.Count, kept, clustering.Scaling, clustering.Seed, clustering.Algorithm);
            results.Add(Test(feature, false, table.Column(feature), again.Labels, shuffles, seed));
        }
        return Corrected(results);
    }

    /// <summary>Cliff's δ of every pair of clusters in one feature: positive where the first tends to have more of it.</summary>
    /// <param name="clustering">The clusters.</param>
    /// <returns><c>[clusters, clusters]</c>.</returns>
    /// <exception cref="InputException">There is no such feature.</exception>
    public static double[,] Pairs(HeadClustering clustering, string feature)
    {
        double[][] values = [.. clustering.Clusters.Select(c => c.Heads.Select(h => clustering.AllFeatures[h, feature]).ToArray())];
        var delta = new double[values.Length, values.Length];
        for (int a = 0; a < values.Length; a++)
            for (int b = 0; b < values.Length; b++) delta[a, b] = EffectSize.CliffsDelta(values[a], values[b]);
        return delta;
    }

    // Or repeats one that was, as globalness repeats entropy.
    private static bool Clustered(HeadClustering clustering, string feature) => clustering.Table.Features.Contains(feature)
        || clustering.AllFeatures.Features.Contains(feature)
        && clustering.Table.Features.Any(f => Math.Abs(Correlation(clustering.Table.Column(f), clustering.AllFeatures.Column(feature)))
            > 0.9999);

    private static FeatureDifference Test(string feature, bool clustered, double[] values, int[] labels, int shuffles, int seed)
    {
        double eta = EffectSize.EtaSquared(values, labels);
        var (h, p, epsilon) = EffectSize.KruskalWallis(values, labels);
        var random = new Random(seed);
        int[] shuffled = [.. labels];
        var chance = new double[shuffles];
        for (int s = 0; s < shuffles; s++)
        {
            random.Shuffle(shuffled);
            chance[s] = EffectSize.EtaSquared(values, shuffled);
        }
        return new FeatureDifference(feature, clustered, eta, epsilon, h, p, Permutation.PValue(eta, chance), double.NaN, double.NaN);
    }

    private static IReadOnlyList<FeatureDifference> Corrected(IReadOnlyList<FeatureDifference> tests)
    {
        double[] p = [.. tests.Select(t => t.PValue)], holm = MultipleTesting.Holm(p), bh = MultipleTesting.BenjaminiHochberg(p);
        return [.. tests.Select((t, i) => t with { Holm = holm[i], BenjaminiHochberg = bh[i] })];
    }

    private static double Correlation(double[] x, double[] y) => MathNet.Numerics.Statistics.Correlation.Pearson(x, y);
}
