namespace AttentionNotebooks.Tests.Clustering;

/// <summary>Whether clusters are real: each figure by hand, and each test on data where the answer is known.</summary>
public class EvidenceTests
{
    // Three groups on a diagonal, the third far off, so that both coordinates tell of each.
    private static readonly double[][] InARow =
        [.. KMeansTests.Random(30, 2, 6).Select((p, i) => new[] { p[0] + Centre(i), p[1] + Centre(i) })];

    [Fact]
    public void Clusters_are_paired_so_that_most_heads_keep_their_label()
    {
        Assert.Equal([0, 0, 1, 1, 2], Agreement.Match([2, 2, 0, 0, 1], [0, 0, 1, 1, 2]));
        // Greedy would pair the largest overlap (3) first and lose 2 + 2.
        Assert.Equal([0, 0, 0, 0, 0, 1, 1], Agreement.Match([1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1, 1])[..7].ToArray());
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            int[] a = [.. Enumerable.Range(0, 30).Select(_ => random.Next(4))],
                b = [.. Enumerable.Range(0, 30).Select(_ => random.Next(4))];
            int best = Orders([0, 1, 2, 3]).Max(order => a.Zip(b).Count(p => order[p.First] == p.Second));
            Assert.Equal(best, Agreement.Match(a, b).Zip(b).Count(p => p.First == p.Second));
        }
    }

    [Fact]
    public void Mutual_information_of_shuffled_labels_is_0_on_average_and_of_equal_ones_1()
    {
        var random = new Random(2);
        int[] labels = [.. Enumerable.Range(0, 50).Select(i => i % 4)];
        Assert.Equal(0, Enumerable.Range(0, 300)
            .Average(_ => Agreement.AdjustedMutualInformation(labels, [.. labels.OrderBy(_ => random.Next())])), 0.01);
        Assert.Equal(1, Agreement.AdjustedMutualInformation(labels, [.. labels.Select(l => 9 - l)]), 1e-12);
    }

    [Fact]
    public void A_contingency_table_by_hand()
    {
        var same = Contingency.Compute(["a", "a", "b", "b", "b", "a"], ["x", "x", "y", "y", "y", "x"]);
        Assert.Equal(1, same.CramersV, 1e-12);
        Assert.Equal(3, same.Counts[0, 0]);
        Assert.Equal(0, same.Counts[0, 1]);
        // 2 of the 20 ways to choose three of six give these counts or their mirror image.
        Assert.Equal(0.1, same.PValue, 0.03);
        Assert.Equal(0, Contingency.Compute(["a", "a", "b", "b"], ["x", "y", "x", "y"]).CramersV, 1e-12);
        Assert.True(double.IsNaN(Contingency.Compute(["a", "a"], ["x", "y"]).CramersV));
    }

    [Fact]
    public void The_gap_statistic_finds_planted_groups_and_one_where_there_is_one()
    {
        Assert.Equal(3, GapStatistic.Compute(InARow, 6).Best);
        Assert.Equal(1, GapStatistic.Compute(KMeansTests.Random(60, 2, 4), 6).Best);
        // W by its definition, Σ over clusters of the pairwise squared distances / (2·size), is the inertia.
        var fit = KMeans.Fit(Golden.Apart, 3);
        double w = Enumerable.Range(0, 3).Sum(c =>
        {
            var own = Golden.Apart.Where((_, i) => fit.Labels[i] == c).ToArray();
            return own.Sum(a => own.Sum(b => KMeans.SquaredDistance(a, b))) / (2.0 * own.Length);
        });
        Assert.Equal(w, fit.Inertia, 1e-9);
    }

    [Fact]
    public void The_rule_of_the_gap_takes_the_first_k_within_an_error_of_the_next()
    {
        Assert.Equal(2, new GapStatistic([new(1, 0.1, 0.05), new(2, 0.5, 0.05), new(3, 0.52, 0.05), new(4, 0.9, 0.05)]).Best);
        Assert.Equal(3, new GapStatistic([new(1, 0.1, 0.01), new(2, 0.5, 0.01), new(3, 0.9, 0.01)]).Best);
    }

    [Theory]
    [InlineData(NullModel.ShuffledFeatures), InlineData(NullModel.OneGaussian)]
    public void Planted_groups_beat_the_null_and_noise_does_not(NullModel model)
    {
        var planted = StructureNull.Run(Table(InARow).Cluster(3), model, runs: 99);
        Assert.Equal(0.01, planted.SilhouettePValue);
        Assert.Equal(0.01, planted.InertiaPValue);
        Assert.All(planted.EtaPValues, p => Assert.Equal(0.01, p));

        var random = new Random(8);
        double[][] noise = [.. Enumerable.Range(0, 60).Select(_ => new[] { Normal(random), Normal(random), Normal(random) })];
        Assert.InRange(StructureNull.Run(Table(noise).Cluster(4), model, runs: 99).SilhouettePValue, 0.05, 1);
    }

    [Fact]
    public void Groups_that_independent_features_make_by_themselves_are_no_structure_for_the_shuffled_null() =>
        // Four corners of a square: each coordinate has two values, and every combination of them occurs.
        Assert.InRange(StructureNull.Run(Table(Golden.Apart).Cluster(4), runs: 99).SilhouettePValue, 0.1, 1);

    [Fact]
    public void Under_the_null_p_values_are_spread_evenly()
    {
        var random = new Random(5);
        double[] p = [.. Enumerable.Range(0, 30).Select(_ => StructureNull.Run(
            Table([.. Enumerable.Range(0, 25).Select(_ => new[] { Normal(random), Normal(random) })]).Cluster(3),
                runs: 39).SilhouettePValue)];
        Assert.InRange(p.Average(), 0.35, 0.65); // uniform: 0.5 ± 0.053
        Assert.InRange(p.Count(v => v <= 0.1), 0, 8); // 3 expected
    }

    [Fact]
    public void One_feature_cannot_be_shuffled_and_can_be_compared_with_one_Gaussian()
    {
        var clustering = Golden.RealTable.Cluster(4, ["mean_distance"]);
        Assert.Contains("of one alone it only deals the same values to other heads",
            Assert.Throws<InputException>(() => StructureNull.Run(clustering)).Message);
        Assert.InRange(StructureNull.Run(clustering, NullModel.OneGaussian, runs: 19).SilhouettePValue, 0.05, 1);
    }

    [Fact]
    public void Clusters_of_noise_differ_significantly_in_what_they_were_made_from_and_not_in_what_was_left_out()
    {
        var random = new Random(3);
        double[][] noise = [.. Enumerable.Range(0, 100).Select(_ => Enumerable.Range(0, 4).Select(_ => Normal(random)).ToArray())];
        var clustering = Table(noise).Cluster(3);
        Assert.All(ClusterDifferences.Compute(clustering, shuffles: 199), d => Assert.True(d.Clustered));
        Assert.Contains(ClusterDifferences.Compute(clustering, shuffles: 199), d => d.Holm < 0.001 && d.PermutationPValue <= 0.005);
        Assert.All(ClusterDifferences.OfFeaturesLeftOut(clustering, shuffles: 199),
            d => Assert.True(d.Holm > 0.05 && !d.Clustered, $"{d}"));
    }

    [Fact]
    public void Real_groups_differ_in_features_left_out_too() =>
        Assert.All(ClusterDifferences.OfFeaturesLeftOut(Golden.RealTable.Cluster(4), shuffles: 99),
            d => Assert.InRange(d.EtaSquared, 0, 1));

    [Fact]
    public void Pairs_of_clusters_by_a_feature_are_signed_both_ways()
    {
        var clustering = new HeadTable(new HeadGrid(1, 4), ["x"], [[0, 1, 10, 11]]).Cluster(2);
        var delta = ClusterDifferences.Pairs(clustering, "x");
        int low = clustering.Clusters.MinBy(c => c.Means["x"])!.Number;
        Assert.Equal((-1, 1, 0), (delta[low, 1 - low], delta[1 - low, low], delta[low, low]));
    }

    private static double Centre(int i) => new[] { 0, 5, 20 }[i % 3];

    private static HeadTable Table(double[][] points) =>
        new(new HeadGrid(1, points.Length), [.. Enumerable.Range(0, points[0].Length).Select(f => $"f{f}")],
        [.. Enumerable.Range(0, points[0].Length).Select(f => points.Select(p => p[f]).ToArray())]);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static IEnumerable<int[]> Orders(int[] items) => items.Length == 0 ? [[]]
        : items.SelectMany(i => Orders([.. items.Where(j => j != i)]).Select(rest => (int[])[i, .. rest]));
}
