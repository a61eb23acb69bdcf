namespace AttentionNotebooks.Tests.Clustering;

/// <summary>The terms of earlier work, as rules: each on a head that plainly is one.</summary>
public class PatternTests
{
    private static readonly string[] Columns = ["previous", "next", "self", "cls", "sep", "punctuation", "local_2", "block", "entropy"];

    [Theory]
    [InlineData("previous-token", "80% of the attention is on the previous token", new double[] { .8, .1, 0, 0, 0, 0, .9, .9, .5 })]
    [InlineData("next-token", "80% of the attention is on the next token", new double[] { .1, .8, 0, 0, 0, 0, .9, .9, .5 })]
    [InlineData("neighbouring-token", "40% of the attention is on the previous and 40%", new double[] { .4, .4, 0, 0, 0, 0, .9, .9, .5 })]
    [InlineData("self", "70% of the attention is on the token itself", new double[] { 0, 0, .7, 0, 0, 0, .9, .9, .5 })]
    [InlineData("[CLS]", "60% of the attention is on [CLS] and 10% on [SEP]", new double[] { 0, 0, 0, .6, .1, 0, .1, .9, .5 })]
    [InlineData("[SEP]", "10% of the attention is on [CLS] and 60% on [SEP]", new double[] { 0, 0, 0, .1, .6, 0, .1, .9, .5 })]
    [InlineData("[CLS]/[SEP]", "30% of the attention is on [CLS] and 30% on [SEP]", new double[] { 0, 0, 0, .3, .3, 0, .1, .9, .5 })]
    [InlineData("punctuation", "50% of the attention is on punctuation", new double[] { 0, 0, 0, 0, .1, .5, .1, .9, .5 })]
    [InlineData("local", "60% of the attention is within two tokens", new double[] { .2, .2, .2, 0, 0, 0, .6, .9, .5 })]
    [InlineData("block", "90% of the attention stays in the token's own text of the pair",
        new double[] { 0, 0, 0, .1, .1, 0, .2, .9, 2.9 })]
    [InlineData("broad", "entropy 2.90 nats, 97% of the broadest head's", new double[] { 0, 0, 0, .1, .1, 0, .2, .5, 2.9 })]
    [InlineData("heterogeneous", "no one place gets most", new double[] { .1, .1, .1, .1, .2, .1, .3, .5, 1.5 })]
    public void A_plain_cluster_has_its_name_and_the_figures_that_led_to_it(string name, string evidence, double[] means)
    {
        // A second head that is broad and crosses the pair sets the scale.
        var table = new HeadTable(new HeadGrid(1, 2), Columns,
            [.. means.Select((m, i) => new[] { m, Columns[i] == "entropy" ? 3.0 : Columns[i] == "block" ? 0.5 : 0 })]);
        var named = ClusterNames.Of([Columns.Zip(means).ToDictionary(p => p.First, p => p.Second)], table)[0];
        Assert.Equal(name, named.Name);
        Assert.Contains(evidence, named.Evidence.Replace(" %", "%"));
    }

    [Fact]
    public void On_single_texts_no_head_is_a_block()
    {
        var table = new HeadTable(new HeadGrid(1, 2), ["block", "entropy", "previous"], [[1, 1], [1, 3], [0, 0]]);
        Assert.Equal("heterogeneous", ClusterNames.Of([new Dictionary<string, double> { ["block"] = 1, ["entropy"] = 1, ["previous"] = 0 }],
            table)[0].Name);
        Assert.DoesNotContain("block", HeadPatterns.Kovaleva(table));
    }

    [Fact]
    public void Clusters_that_even_distance_does_not_tell_apart_get_their_number()
    {
        var one = new Dictionary<string, double> { ["previous"] = .9, ["mean_distance"] = 1 };
        var table = new HeadTable(new HeadGrid(1, 2), ["previous", "mean_distance"], [[.9, .9], [1, 1]]);
        Assert.Equal(["previous-token at 1.0 tokens (0)", "previous-token at 1.0 tokens (1)"], ClusterNames.Of([one, one], table)
            .Select(n => n.Name));
    }

    [Fact]
    public void Single_heads_by_the_thresholds_of_Clark_et_al()
    {
        var table = new HeadTable(new HeadGrid(1, 7), ["next", "previous", "cls", "sep", "punctuation", "entropy"],
        [
            [.51, .5, 0, 0, 0, 0, 0], [0, .49, .51, 0, 0, 0, 0], [0, 0, 0, .61, 0, 0, 0], [0, 0, 0, .3, .61, 0, 0], [0, 0, 0, 0, 0, .61, 0],
                [1, 1, 1, 1, 1, 1, 3],
        ]);
        Assert.Equal(["next", "other", "previous", "[CLS]", "[SEP]", "punctuation", "broad"], HeadPatterns.Clark(table));
        Assert.Equal(HeadPatterns.BroadEntropyShare, 3.8 / Math.Log(128), 5e-4);
    }

    [Fact]
    public void Single_heads_by_the_classes_of_Kovaleva_et_al()
    {
        var table = new HeadTable(new HeadGrid(1, 5), ["next", "previous", "self", "cls", "sep", "block"],
            [[.6, .1, .1, 0, 0], [.1, .1, .1, 0, 0], [0, .2, 0, 0, 0], [0, .4, .3, 0, .2], [.1, 0, .3, .1, .2], [.9, .9, .9, .9, .3]]);
        Assert.Equal(["diagonal", "vertical + diagonal", "vertical", "block", "heterogeneous"], HeadPatterns.Kovaleva(table));
    }

    [Fact]
    public void The_experiment_on_the_real_heads_says_how_far_distance_alone_goes()
    {
        var experiment = DistanceExperiment.Run(Golden.RealTable, shuffles: 99);
        Assert.Equal(["mean_distance"], experiment.OnDistance.Table.Features);
        Assert.Equal(StandardFeatures.ForClustering, experiment.OnAll.Table.Features);
        Assert.Equal(Validity.AdjustedRand(experiment.OnDistance.Labels, experiment.OnAll.Labels), experiment.AdjustedRand);
        Assert.Equal(6, experiment.Tables.Count);
        Assert.All(experiment.Tables, t => Assert.Equal(144, t.Table.Counts.Cast<int>().Sum()));
        // All features agree with Clark's patterns better than distance alone does, and both better than chance.
        double V(string name) => experiment.Tables.Single(t => t.Name == name).Table.CramersV;
        Assert.True(V("all features × Clark's patterns") > V("mean distance × Clark's patterns"));
        // The layers are no measure of the maps. The patterns look at columns that were clustered: an overlap of two rules, no test.
        Contingency Of(string name) => experiment.Tables.Single(t => t.Name == name).Table;
        Assert.Equal(0.01, Of("all features × layers").PValue);
        Assert.Empty(Of("all features × layers").Shared);
        Assert.Equal(["self", "previous", "next", "cls", "sep"], Of("all features × Kovaleva's classes").Shared);
        Assert.Equal(["entropy", "previous", "next", "cls", "sep"], Of("all features × Clark's patterns").Shared);
        Assert.True(double.IsNaN(Of("all features × Kovaleva's classes").PValue));
        Assert.Equal(0.01, Of("mean distance × Kovaleva's classes").PValue);
    }

    [Fact]
    public void Two_rules_on_one_column_agree_wholly_in_noise_and_are_not_tested()
    {
        double[] noise = KMeansTests.Random(40, 1, 3).Select(p => p[0]).ToArray();
        string[] Above(double threshold) => [.. noise.Select(v => v > threshold ? "much" : "little")];
        double middle = noise.Order().ElementAt(20);
        var overlap = Contingency.Compute(Above(middle), Above(middle), shuffles: 99, shared: ["x"]);
        Assert.Equal((1.0, double.NaN), (overlap.CramersV, overlap.PValue));
        Assert.Equal(0.01, Contingency.Compute(Above(middle), Above(middle), shuffles: 99).PValue); // what a test would have claimed
        Assert.Equal(["x"], overlap.Shared);
    }

    [Fact]
    public void A_mean_can_meet_a_rule_that_few_heads_meet()
    {
        // Two heads put 90 % on the previous token, four put 5 %: 33 % on average.
        var table = new HeadTable(new HeadGrid(1, 8), ["previous", "entropy", "x"],
            [[.9, .9, .05, .05, .05, .05, 0, 0], [1, 1, 1, 1, 1, 1, 3, 3], [0, 0, 0, 0, 0, 0, 9, 9]]);
        var clustering = table.Cluster(2, ["x"]);
        Assert.Equal([("previous-token", 6, 2), ("broad", 2, 2)], clustering.Clusters.Select(c => (c.Name, c.Heads.Count, c.MeetRule)));
    }

    [Fact]
    public void A_table_of_384_heads_is_clustered_as_well()
    {
        var noise = KMeansTests.Random(384, 2, 1);
        var table = new HeadTable(new HeadGrid(24, 16), ["mean_distance", "entropy"],
            [[.. noise.Select((p, i) => p[0] + 3 * (i % 2))], [.. noise.Select((p, i) => p[1] + 3 * (i / 2 % 2))]]);
        Assert.Equal(384, DistanceExperiment.Run(table, shuffles: 9).OnAll.Labels.Length);
        Assert.Equal(4, table.SilhouetteByK(algorithm: ClusterAlgorithms.Ward).MaxBy(s => s.Silhouette).K);
    }
}
