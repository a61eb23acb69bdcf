namespace AttentionNotebooks.Tests.Clustering;

public class HeadClustersTests
{
    // Twelve heads with one plain pattern each: 3 previous-token, 2 next-token, 4 on [SEP], 3 broad.
    private static readonly HeadTable Table = new(new HeadGrid(3, 4), ["previous", "next", "cls", "sep", "entropy"],
    [
        [.9, .8, .9, 0, 0, 0, 0, 0, .1, .02, .03, .02],
        [0, 0, 0, .9, .8, 0, 0, 0, 0, .02, .03, .02],
        [0, .1, 0, 0, 0, .1, .1, .1, .1, .1, .1, .1],
        [0, .1, 0, .1, .1, .8, .9, .9, .8, .1, .1, .1],
        [.3, .4, .3, .3, .4, .5, .4, .5, .5, 3.0, 3.1, 3.2],
    ]);

    [Fact]
    public void Plain_patterns_are_found_and_named()
    {
        var clusters = Table.Cluster(4).Clusters;
        Assert.Equal([("[SEP]", 4), ("previous-token", 3), ("broad", 3), ("next-token", 2)], clusters.Select(c => (c.Name, c.Heads.Count)));
        Assert.All(clusters, c => Assert.NotEmpty(c.Evidence));
    }

    [Fact]
    public void Labels_and_clusters_agree()
    {
        var clustering = Table.Cluster(4);
        foreach (var cluster in clustering.Clusters)
            foreach (var head in cluster.Heads) Assert.Equal(cluster, clustering[head]);
        Assert.Equal(12, clustering.Clusters.Sum(c => c.Heads.Count));
        Assert.Equal(4, clustering.Silhouettes.Length == 12 ? clustering.Labels.Distinct().Count() : -1);
    }

    [Fact]
    public void The_silhouette_finds_the_number_of_planted_groups() =>
        Assert.Equal(4, Planted(apart: 3).SilhouetteByK().MaxBy(s => s.Silhouette).K);

    [Fact]
    public void Two_clusters_of_one_kind_get_different_names()
    {
        var table = new HeadTable(new HeadGrid(1, 4), ["previous", "mean_distance"], [[.9, .9, .4, .4], [1, 1.01, 5, 5.01]]);
        Assert.Equal(["previous-token at 1.0 tokens", "previous-token at 5.0 tokens"], table.Cluster(2).Clusters.Select(c => c.Name)
            .Order());
    }

    [Fact]
    public void A_table_of_unknown_features_is_clustered_on_all_of_them_and_named_by_figures()
    {
        var table = new HeadTable(new HeadGrid(1, 4), ["mine"], [[0, 0.1, 5, 5.1]]);
        Assert.Equal(["unnamed 0", "unnamed 1"], table.Cluster(2).Clusters.Select(c => c.Name).Order());
    }

    [Fact]
    public void Stability_is_high_for_plain_patterns_and_low_for_noise()
    {
        double plain = Stability.OverHeads(Planted(apart: 3).Cluster(4), draws: 30)!.Mean,
            noise = Stability.OverHeads(Planted(apart: 0).Cluster(4), draws: 30)!.Mean;
        Assert.True(plain > 0.95, $"{plain}");
        Assert.True(noise < plain - 0.2, $"{noise}");
    }

    [Fact]
    public void As_many_clusters_as_heads_have_no_stability() => Assert.Null(Stability.OverHeads(Planted(apart: 0).Cluster(48), draws: 20));

    [Fact]
    public void Draws_of_heads_that_are_all_alike_are_left_out()
    {
        // One head of four is of another kind: about a third of the draws miss it and have nothing to put into two clusters.
        var table = new HeadTable(new HeadGrid(1, 4), ["x"], [[0, 0, 0, 1]]);
        var stability = Stability.OverHeads(table.Cluster(2), draws: 100)!;
        Assert.InRange(stability.Draws, 1, 99);
        Assert.Equal(1, stability.Mean);
    }

    [Theory]
    [InlineData(new[] { 0.0, 1 }, "2 heads differ"), InlineData(new[] { 0.0, 0, 0, 1, 1, 1 }, "2 heads differ")]
    public void A_number_of_clusters_cannot_be_chosen_for_too_few_heads(double[] values, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => new HeadTable(new HeadGrid(1, values.Length), ["x"], [values])
            .SilhouetteByK()).Message);

    [Fact]
    public void Numbers_of_clusters_that_the_heads_cannot_fill_are_not_tried() =>
        Assert.Equal([2, 3], new HeadTable(new HeadGrid(1, 8), ["x"], [[0, 0, 1, 1, 5, 5, 9, 9]]).SilhouetteByK().Select(s => s.K));

    [Theory]
    [InlineData(1, "too few"), InlineData(13, "more than the 12 heads")]
    public void A_k_that_cannot_be_is_refused(int k, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => Table.Cluster(k)).Message);

    // 48 heads in 4 groups: uniform noise of width 1 around centres so far apart.
    private static HeadTable Planted(double apart)
    {
        var noise = KMeansTests.Random(48, 2, 5);
        return new HeadTable(new HeadGrid(4, 12), ["x", "y"],
            [[.. noise.Select((p, i) => p[0] + apart * (i % 2))], [.. noise.Select((p, i) => p[1] + apart * (i / 2 % 2))]]);
    }
}
