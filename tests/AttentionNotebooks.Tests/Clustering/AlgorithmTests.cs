namespace AttentionNotebooks.Tests.Clustering;

/// <summary>What every algorithm owes, and each against an independent slow way to the same end.</summary>
public class AlgorithmTests
{
    public static TheoryData<string> Names => [.. ClusterAlgorithms.All.Select(a => a.Name)];

    public static TheoryData<string> OnDistances => [.. ClusterAlgorithms.All.Where(a => a.TakesDistances).Select(a => a.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Finds_groups_that_lie_apart(string name)
    {
        int[] expected = [.. Enumerable.Range(0, 40).Select(i => i / 10)];
        Assert.Equal(1, Validity.AdjustedRand(expected, ClusterAlgorithms.Get(name).Fit(HeadSpace.OfPoints(Golden.Apart), 4)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Gives_the_same_labels_for_the_same_seed_and_every_label_occurs(string name)
    {
        var algorithm = ClusterAlgorithms.Get(name);
        var heads = HeadSpace.OfPoints(Golden.Real);
        int[] labels = algorithm.Fit(heads, 5, seed: 7);
        Assert.Equal(labels, algorithm.Fit(heads, 5, seed: 7));
        Assert.Equal([0, 1, 2, 3, 4], labels.Distinct().Order());
    }

    [Theory, MemberData(nameof(Names))]
    public void Refuses_more_clusters_than_heads_that_differ(string name)
    {
        var algorithm = ClusterAlgorithms.Get(name);
        Assert.Contains("more than the 4 heads there are",
            Assert.Throws<InputException>(() => algorithm.Fit(HeadSpace.OfPoints([[1], [2], [3], [4]]), 5)).Message);
        Assert.Contains("more than the 2 heads that differ",
            Assert.Throws<InputException>(() => algorithm.Fit(HeadSpace.OfPoints([[1], [1], [2], [2]]), 3)).Message);
        Assert.Contains("not a number of clusters",
            Assert.Throws<InputException>(() => algorithm.Fit(HeadSpace.OfPoints([[1], [2]]), 0)).Message);
    }

    [Theory, MemberData(nameof(Names))]
    public void Duplicate_heads_share_a_cluster(string name)
    {
        double[][] points = [.. Golden.Apart.Take(20), .. Golden.Apart.Take(20)];
        int[] labels = ClusterAlgorithms.Get(name).Fit(HeadSpace.OfPoints(points), 2);
        Assert.Equal(labels[..20], labels[20..]);
    }

    [Theory, MemberData(nameof(Names))]
    public void One_head_is_one_cluster(string name) =>
        Assert.Equal([0], ClusterAlgorithms.Get(name).Fit(HeadSpace.OfPoints([[3.5, 1]]), 1));

    [Theory, MemberData(nameof(OnDistances))]
    public void On_the_distances_of_points_it_is_as_on_the_points(string name)
    {
        var algorithm = ClusterAlgorithms.Get(name);
        var points = HeadSpace.OfPoints(Golden.Real);
        Assert.Equal(algorithm.Fit(points, 4), algorithm.Fit(HeadSpace.OfDistances(points.Distances), 4));
    }

    [Theory]
    [InlineData("kmeans"), InlineData("gmm"), InlineData("gmm-full"), InlineData("ward")]
    public void What_needs_features_says_so_of_distances(string name)
    {
        var heads = HeadSpace.OfDistances(HeadSpace.OfPoints(Golden.Apart).Distances);
        Assert.Contains($"algorithm {name}: works on features",
            Assert.Throws<InputException>(() => ClusterAlgorithms.Get(name).Fit(heads, 4)).Message);
    }

    [Fact]
    public void An_unknown_algorithm_is_told_the_nearest() =>
        Assert.Contains("Did you mean kmedoids?", Assert.Throws<InputException>(() => ClusterAlgorithms.Get("kmedoid")).Message);

    [Theory]
    [InlineData(Linkage.Average), InlineData(Linkage.Complete), InlineData(Linkage.Ward)]
    public void A_merge_joins_the_two_groups_that_are_nearest_by_definition(Linkage linkage)
    {
        var points = KMeansTests.Random(14, 2, 3);
        var groups = Enumerable.Range(0, 14).Select(i => new List<int> { i }).ToList();
        foreach (var merge in Dendrogram.Of(HeadSpace.OfPoints(points), linkage).Merges)
        {
            var (a, b) = (from x in groups from y in groups where groups.IndexOf(x) < groups.IndexOf(y) orderby Apart(x, y) select (x, y))
                .First();
            Assert.Equal(Apart(a, b), merge.Height, 1e-9);
            Assert.Equal(a.Count + b.Count, merge.Size);
            groups.RemoveAll(g => g == a || g == b);
            groups.Add([.. a, .. b]);
        }

        double Apart(List<int> a, List<int> b)
        {
            var pairs = a.SelectMany(i => b.Select(j => Math.Sqrt(KMeans.SquaredDistance(points[i], points[j]))));
            double Squares(IEnumerable<int> of) => Validity.Inertia([.. of.Select(i => points[i])], new int[of.Count()]);
            return linkage switch
            {
                Linkage.Average => pairs.Average(),
                Linkage.Complete => pairs.Max(),
                _ => Math.Sqrt(2 * (Squares([.. a, .. b]) - Squares(a) - Squares(b))),
            };
        }
    }

    [Fact]
    public void Cuts_of_a_tree_by_hand()
    {
        var tree = Dendrogram.Of(HeadSpace.OfPoints([[0], [1], [10], [12], [30]]), Linkage.Complete);
        Assert.Equal([new Merge(0, 1, 1, 2), new Merge(2, 3, 2, 2), new Merge(5, 6, 12, 4), new Merge(4, 7, 30, 5)], tree.Merges);
        Assert.Equal([0, 0, 1, 1, 2], tree.Cut(3));
        Assert.Equal([0, 0, 0, 0, 1], tree.Cut(2));
        Assert.Throws<InputException>(() => tree.Cut(6));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void Medoids_are_the_best_of_all_choices(int k)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            var d = HeadSpace.OfPoints(KMeansTests.Random(12, 2, seed)).Distances;
            double best = Choices(12, k).Min(m => Enumerable.Range(0, 12).Sum(i => m.Min(c => d[c, i])));
            var fit = KMedoids.Fit(HeadSpace.OfDistances(d), k, seed);
            Assert.Equal(best, fit.Cost, 1e-9);
            Assert.Equal(fit.Cost, Enumerable.Range(0, 12).Sum(i => d[fit.Medoids[fit.Labels[i]], i]), 1e-9);
        }
    }

    [Fact]
    public void A_mixture_climbs_at_every_step_and_its_covariances_are_not_flat()
    {
        var fit = GaussianMixture.Fit(Golden.Real, 4, Covariance.Full);
        for (int i = 0; i < 5; i++)
        {
            var next = GaussianMixture.Step(Golden.Small, i == 0 ? GaussianMixture.Fit(Golden.Small, 3) : fit, Covariance.Diagonal, 1e-9);
            if (i > 0) Assert.True(next.LogLikelihood >= fit.LogLikelihood - 1e-9);
            fit = next;
        }
        Assert.All(GaussianMixture.Fit(Golden.Real, 4).Covariances, c => Assert.True(c[0, 0] >= GaussianMixture.DefaultRegularisation));
    }

    [Fact]
    public void BIC_finds_the_number_of_planted_groups() =>
        Assert.Equal(4, Enumerable.Range(1, 6).MinBy(k => GaussianMixture.Fit(Golden.Apart, k).Bic));

    [Fact]
    public void A_heads_table_takes_any_algorithm_and_distances()
    {
        var distances = HeadSpace.OfPoints(Golden.Real).Distances;
        var clustering = Golden.RealTable.Cluster(4, algorithm: ClusterAlgorithms.KMedoids, distances: distances);
        Assert.True(clustering.Space.Given);
        Assert.Equal("kmedoids", clustering.Algorithm.Name);
        Assert.Equal(4, clustering.Clusters.Count);
        Assert.Contains("works on features", Assert.Throws<InputException>(() =>
            Golden.RealTable.Cluster(4, distances: distances)).Message);
        Assert.Contains("of 3 heads, and the table has 144",
            Assert.Throws<InputException>(() => Golden.RealTable.Cluster(4, algorithm: ClusterAlgorithms.Spectral,
                distances: new double[3, 3])).Message);
    }

    [Theory]
    [InlineData(0, 1, double.NaN, "row 1, column 0: is NaN"), InlineData(0, 1, -1, "row 1, column 0: is -1"),
        InlineData(1, 1, 2, "on the diagonal"), InlineData(0, 1, 7, "mirror image")]
    public void Distances_that_are_none_are_refused(int row, int column, double value, string problem)
    {
        var d = new double[,] { { 0, 1 }, { 1, 0 } };
        d[row, column] = value;
        if (!(value > 6)) d[column, row] = value;
        Assert.Contains(problem, Assert.Throws<InputException>(() => HeadSpace.OfDistances(d)).Message);
    }

    [Fact]
    public void Points_that_are_not_finite_are_refused_with_their_place() =>
        Assert.Contains("head at position 1", Assert.Throws<InputException>(() => HeadSpace.OfPoints([[1, 2], [double.NaN, 1]])).Message);

    [Fact]
    public void One_head_cannot_be_two_clusters() =>
        Assert.Contains("more than the 1 heads",
            Assert.Throws<InputException>(() => new HeadTable(new HeadGrid(1, 1), ["x"], [[1]]).Cluster(2)).Message);

    private static IEnumerable<int[]> Choices(int n, int k) =>
        k == 0 ? [[]] : from rest in Choices(n, k - 1)
                        from next in Enumerable.Range(0, n)
                        where rest.Length == 0 || next > rest[^1]
                        select (int[])[.. rest, next];
}
