namespace AttentionNotebooks.Tests.Clustering;

/// <summary>On the real head table and on small points, everything that scikit-learn or SciPy also computes is equal to what they
/// give.</summary>
public class ScikitLearnTests
{
    private const double Digits = 1e-6;

    public static TheoryData<int> Ks => [.. Enumerable.Range(2, 11)];

    [Theory, MemberData(nameof(Ks))]
    public void K_means_is_no_worse_than_their_best_of_50(int k)
    {
        double theirs = Golden.Number($"kmeans.{k}.inertia"), ours = KMeans.Fit(Golden.Real, k).Inertia;
        Assert.True(ours <= theirs * 1.0005, $"{ours} against {theirs}");
    }

    [Theory, MemberData(nameof(Ks))]
    public void The_indices_of_their_partition(int k)
    {
        int[] labels = Golden.Labels($"kmeans.{k}.labels");
        Assert.Equal(Golden.Number($"kmeans.{k}.inertia"), Validity.Inertia(Golden.Real, labels), Digits);
        Assert.Equal(Golden.Number($"kmeans.{k}.silhouette"), Validity.Silhouettes(Golden.Real, labels).Average(), Digits);
        Assert.Equal(Golden.Number($"kmeans.{k}.calinski_harabasz"), Validity.CalinskiHarabasz(Golden.Real, labels), Digits);
        Assert.Equal(Golden.Number($"kmeans.{k}.davies_bouldin"), Validity.DaviesBouldin(Golden.Real, labels), Digits);
    }

    [Fact]
    public void Adjusted_Rand_index_and_adjusted_mutual_information()
    {
        int[] a = Golden.Labels("agreement.a"), b = Golden.Labels("agreement.b");
        Assert.Equal(Golden.Number("agreement.ari"), Validity.AdjustedRand(a, b), Digits);
        Assert.Equal(Golden.Number("agreement.ami"), Agreement.AdjustedMutualInformation(a, b), Digits);
    }

    [Theory]
    [InlineData(Linkage.Ward, "ward"), InlineData(Linkage.Average, "average"), InlineData(Linkage.Complete, "complete")]
    public void Every_merge_of_144_heads(Linkage linkage, string name)
    {
        var tree = Dendrogram.Of(HeadSpace.OfPoints(Golden.Real), linkage);
        double[][] expected = Golden.Matrix($"linkage.{name}.merges");
        Golden.Equal(expected, [.. tree.Merges.Select(m => new[] { m.First, m.Second, m.Height, m.Size })], Digits);
        Assert.Equal(1, Validity.AdjustedRand(Golden.Labels($"linkage.{name}.labels"), tree.Cut(6)));
    }

    [Theory]
    [InlineData(Covariance.Diagonal, "diag"), InlineData(Covariance.Full, "full")]
    public void A_mixtures_likelihood_and_its_next_step(Covariance covariance, string name)
    {
        string at = $"mixture.{name}";
        var fit = GaussianMixture.Expect(Golden.Small, Golden.Numbers($"{at}.weights"), Golden.Matrix($"{at}.means"),
            [.. Golden.At($"{at}.covariances").EnumerateArray().Select(Golden.Square)], covariance);
        Assert.Equal(Golden.Number($"{at}.log_likelihood"), fit.LogLikelihood, Digits);
        Assert.Equal(Golden.Number($"{at}.bic"), fit.Bic, Digits);
        Golden.Equal(Golden.Matrix($"{at}.responsibilities"), fit.Responsibilities, Digits);

        var next = GaussianMixture.Step(Golden.Small, fit, covariance, regularisation: 1e-3);
        Golden.Equal(Golden.Matrix($"{at}.next.means"), next.Means, Digits);
        Golden.Equal([Golden.Numbers($"{at}.next.weights")], [next.Weights], Digits);
        Assert.Equal(Golden.Number($"{at}.next.log_likelihood"), next.LogLikelihood, Digits);
    }

    [Fact]
    public void T_SNE_has_their_probabilities_divergence_and_gradient()
    {
        var p = TSne.JointProbabilities(HeadSpace.OfPoints(Golden.Small).Distances, Golden.Number("tsne.perplexity"));
        double[,] exact = Golden.Square(Golden.At("tsne.p")), theirs = Golden.Square(Golden.At("tsne.p_sklearn"));
        foreach (var (i, j) in from i in Enumerable.Range(0, 30) from j in Enumerable.Range(0, 30) select (i, j))
        {
            Assert.Equal(exact[i, j], p[i, j], 1e-10);
            Assert.Equal(theirs[i, j], p[i, j], Digits); // theirs stop the bisection at 1e-5 of the entropy
        }
        var (divergence, gradient) = TSne.Divergence(p, Golden.Matrix("tsne.y"));
        Assert.Equal(Golden.Number("tsne.kl"), divergence, Digits);
        Golden.Equal(Golden.Matrix("tsne.gradient"), gradient, Digits);
    }

    [Fact]
    public void SMACOF_takes_their_step_and_has_their_stress_after_300()
    {
        var distances = HeadSpace.OfPoints(Golden.Small).Distances;
        Golden.Equal(Golden.Matrix("smacof.once"),
            MultidimensionalScaling.Smacof(distances, Golden.Matrix("smacof.start"), maxIterations: 1).Coordinates, Digits);
        Assert.Equal(Golden.Number("smacof.raw_stress"),
            MultidimensionalScaling.Smacof(distances, Golden.Matrix("smacof.start"), 300, tolerance: 0).RawStress, Digits);
    }

    [Fact]
    public void Classical_scaling_has_their_eigenvalues_as_its_extents()
    {
        var x = MultidimensionalScaling.Classical(HeadSpace.OfPoints(Golden.Small).Distances).Coordinates;
        double[] expected = Golden.Numbers("classical.eigenvalues");
        for (int c = 0; c < 2; c++) Assert.Equal(expected[c], x.Sum(p => p[c] * p[c]), Digits);
    }

    [Fact]
    public void Principal_components()
    {
        var pca = PrincipalComponents.Fit(Golden.Real, 13);
        Golden.Equal([Golden.Numbers("pca.explained")], [pca.Explained], Digits);
        double[][] theirs = Golden.Matrix("pca.components");
        // the sign is free
        for (int c = 0; c < 2; c++) Assert.Equal(1, Math.Abs(theirs[c].Zip(pca.Loadings[c], (a, b) => a * b).Sum()), Digits);
    }

    [Fact]
    public void Trustworthiness_and_continuity()
    {
        double[,] data = HeadSpace.OfPoints(Golden.Real).Distances,
            picture = HeadSpace.OfPoints(Golden.Matrix("trustworthiness.y")).Distances;
        Assert.Equal(Golden.Number("trustworthiness.trust"), ProjectionQuality.Trustworthiness(data, picture, 12), Digits);
        Assert.Equal(Golden.Number("trustworthiness.continuity"), ProjectionQuality.Continuity(data, picture, 12), Digits);
    }

    [Fact]
    public void Spectral_clustering_of_groups_that_lie_apart()
    {
        var fit = SpectralClustering.Fit(HeadSpace.OfPoints(Golden.Apart), 4);
        Golden.Equal([Golden.Numbers("spectral.eigenvalues")], [fit.Eigenvalues], Digits);
        Assert.Equal(1, Validity.AdjustedRand(Golden.Labels("spectral.labels"), fit.Labels));
    }

    [Fact]
    public void Kruskal_Wallis_Cramers_V_and_corrections_for_many_tests()
    {
        var (h, p, _) = EffectSize.KruskalWallis(Golden.Numbers("tests.values"), Golden.Labels("tests.labels"));
        Assert.Equal(Golden.Numbers("tests.kruskal")[0], h, Digits);
        Assert.Equal(Golden.Numbers("tests.kruskal")[1], p, Digits);
        string[] Names(string path) => [.. Golden.Labels(path).Select(l => $"{l}")];
        Assert.Equal(Golden.Number("tests.cramer"), Contingency.Compute(Names("agreement.a"), Names("agreement.b"), shuffles: 0).CramersV,
            Digits);
        Golden.Equal([Golden.Numbers("tests.holm"), Golden.Numbers("tests.bh")],
            [MultipleTesting.Holm(Golden.Numbers("tests.p")), MultipleTesting.BenjaminiHochberg(Golden.Numbers("tests.p"))], Digits);
    }
}
