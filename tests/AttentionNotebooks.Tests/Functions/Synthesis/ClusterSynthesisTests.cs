namespace AttentionNotebooks.Tests.Functions.Synthesis;

public class ClusterSynthesisTests
{
    private static readonly HeadGrid Grid = new(4, 5);

    // Heads of even layers against the rest, so that a difference by layer and one within layers can be told apart.
    private static readonly HeadGroup[] ByIndex =
        [new("low", [.. Grid.All().Where(h => h.Index < 2)]), new("high", [.. Grid.All().Where(h => h.Index >= 2)])];

    [Fact]
    public void Deltas_are_those_of_counting_pairs()
    {
        var random = new Random(1);
        // Whole numbers, so that there are ties.
        var function = new HeadColumn(new ColumnInfo("x", "u", Kind: MeasureKind.Position),
            [.. Grid.All().Select(_ => (double)random.Next(4))]);
        var synthesis = ClusterSynthesis.Compute(Grid, ByIndex, [function], draws: 20);
        for (int c = 0; c < 2; c++)
        {
            double[] own = [.. ByIndex[c].Heads.Select(h => function.Values[Grid.PositionOf(h)])],
                others = [.. ByIndex[1 - c].Heads.Select(h => function.Values[Grid.PositionOf(h)])];
            Assert.Equal(EffectSize.CliffsDelta(own, others), synthesis[c, "x"].Delta, 1e-12);
            Assert.Equal(own.Average(), synthesis[c, "x"].Mean, 1e-12);
            Assert.Equal(others.Average(), synthesis[c, "x"].Others, 1e-12);
        }
        Assert.Equal(synthesis[0, "x"].Delta, -synthesis[1, "x"].Delta, 1e-12);
    }

    [Fact]
    public void What_only_the_cluster_has_is_sure_and_beyond_its_layers()
    {
        var has = new HeadColumn(new ColumnInfo("has", "share", Kind: MeasureKind.Syntax),
            [.. Grid.All().Select(h => h.Index < 2 ? 0.9 + 0.001 * h.Layer : 0.1 + 0.001 * h.Layer)]);
        var noise = new HeadColumn(new ColumnInfo("noise", "share", Kind: MeasureKind.Syntax),
            [.. Grid.All().Select((_, i) => (double)(i * 7 % 20))]);
        var synthesis = ClusterSynthesis.Compute(Grid, ByIndex, [has, noise]);
        var cell = synthesis[0, "has"];
        Assert.Equal((1, 1, 1), (cell.Delta, cell.Low, cell.High));
        Assert.True(cell.IsSure && cell.IsBeyondLayers);
        Assert.False(synthesis[0, "noise"].IsSure);
        Assert.Contains("More than the other heads they have has (0.902 against 0.102, share; δ 1.00, 1.00 to 1.00; p 0.001, "
            + "within layers 0.001).",
            synthesis.Describe(0), StringComparison.Ordinal);
        Assert.Contains("Less they have has", synthesis.Describe(1), StringComparison.Ordinal);
        Assert.Contains("No sure difference from the other heads: noise.", synthesis.Describe(0), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_layers_explain_is_said_to_be_explained_by_them()
    {
        HeadGroup[] byLayer = [new("early", [.. Grid.All().Where(h => h.Layer < 2)]),
            new("late", [.. Grid.All().Where(h => h.Layer >= 2)])];
        var synthesis = ClusterSynthesis.Compute(Grid, byLayer,
            [LayerNumber.Of(Grid), new HeadColumn(new ColumnInfo("depth", "nats", Kind: MeasureKind.Importance),
                [.. Grid.All().Select(h => h.Layer + 0.01 * h.Index)])]);
        Assert.True(synthesis[0, "depth"].IsSure);
        Assert.True(double.IsNaN(synthesis[0, "depth"].LayerDelta));
        // Within layers there is nothing to shuffle.
        Assert.Equal((1, 1), (synthesis[0, "depth"].LayerPValue, synthesis[0, "depth"].LayerAdjusted));
        Assert.Contains("Whether the layers explain depth cannot be seen: too few layers have heads of this cluster and others.",
            synthesis.Describe(0), StringComparison.Ordinal);
        // Nearly whole layers: there is something to shuffle, and within layers there is no difference.
        HeadGroup[] nearly = [new("early", [.. Grid.All().Where(h => h.Layer < 2 == h.Index < 4)]),
            new("late", [.. Grid.All().Where(h => h.Layer < 2 != h.Index < 4)])];
        var mixed = ClusterSynthesis.Compute(Grid, nearly, [new HeadColumn(new ColumnInfo("depth", "nats", Kind: MeasureKind.Importance),
            [.. Grid.All().Select(h => h.Layer + 0.01 * (h.Index * 2 % 5))])]);
        Assert.True(mixed[0, "depth"] is { IsSure: true, IsBeyondLayers: false });
        Assert.Contains("Where these heads lie may explain depth", mixed.Describe(0), StringComparison.Ordinal);
        Assert.Contains("Early: 10 heads, layers 0 to 1", synthesis.Describe(0), StringComparison.Ordinal);
    }

    [Fact]
    public void Delta_within_layers_counts_pairs_of_one_layer_and_a_difference_of_the_other_sign_is_not_beyond_layers()
    {
        // Deep heads have more, but in each layer the cluster's have less: most of its heads are deep.
        var grid = new HeadGrid(4, 12);
        HeadGroup deep = new("deep", [.. grid.All().Where(h => h.Layer >= 2 ? h.Index < 8 : h.Index < 1)]),
            rest = new("rest", [.. grid.All().Except(deep.Heads)]);
        var function = new HeadColumn(new ColumnInfo("x", "u", Kind: MeasureKind.Position),
            [.. grid.All().Select(h => 10.0 * h.Layer + h.Index)]);
        var cell = ClusterSynthesis.Compute(grid, [deep, rest], [function])[0, "x"];
        double wins = 0, pairs = 0;
        foreach (var own in deep.Heads)
            foreach (var other in rest.Heads.Where(o => o.Layer == own.Layer))
                (wins, pairs) = (wins + Math.Sign(own.Index - other.Index), pairs + 1);
        Assert.Equal(wins / pairs, cell.LayerDelta, 1e-12);
        Assert.Equal(-1, cell.LayerDelta, 1e-12);
        Assert.True(cell is { IsSure: true, Delta: > 0, LayerAdjusted: < 0.05, IsBeyondLayers: false }, cell.ToString());
    }

    [Fact]
    public void Intervals_are_those_of_the_bootstrap()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 20; trial++)
        {
            double[] values = [.. Enumerable.Range(0, 15).Select(_ => (double)random.Next(6))]; // with ties
            bool[] own = [.. values.Select((_, i) => i < 2 || (i > 3 && random.Next(3) == 0))];
            var slow = Bootstrap.Compare([.. values.Where((_, i) => own[i])], [.. values.Where((_, i) => !own[i])], EffectSize.CliffsDelta,
                200, trial);
            Assert.Equal(slow, new DeltaDraws(own, 200, trial).Of(values));
        }
    }

    // 2 … 8 clusters of at least three of 72 heads, and eleven measures: one that one cluster has most of, ten of noise.
    [Fact]
    public void At_defaults_a_planted_difference_is_always_found_and_noise_at_its_level()
    {
        const int Runs = 21;
        int noise = 0, within = 0;
        for (int run = 0; run < Runs; run++)
        {
            var (synthesis, _) = Planted(run);
            int planted = run % synthesis.Clusters.Count;
            Assert.True(synthesis[planted, "planted"] is { Delta: 1, IsSure: true, Adjusted: 1.0 / (ClusterSynthesis.DefaultDraws + 1) },
                synthesis[planted, "planted"].ToString());
            var others = synthesis.Cells.Where(c => c.Function.Name != "planted").ToArray();
            if (others.Any(c => c.Adjusted < 0.05)) noise++;
            if (others.Any(c => c.LayerAdjusted < 0.05)) within++;
            Assert.All(synthesis.Cells, c => Assert.True(c.Adjusted >= c.PValue && c.LayerAdjusted >= c.LayerPValue
                && c.Adjusted >= c.LeastAdjusted));
        }
        // One expected at most; six or more has a chance of one in a thousand.
        Assert.InRange(noise, 0, 5);
        Assert.InRange(within, 0, 5);
    }

    private static (ClusterSynthesis Synthesis, int K) Planted(int run)
    {
        var grid = new HeadGrid(6, 12);
        var random = new Random(run);
        int k = 2 + run % 7;
        Head[] heads = [.. grid.All()];
        random.Shuffle(heads);
        // Three heads for each cluster, and the others for any.
        int[] labels = [.. Enumerable.Range(0, grid.Count).Select(i => i < 3 * k ? i % k : random.Next(k))];
        HeadGroup[] clusters = [.. Enumerable.Range(0, k).Select(c => new HeadGroup($"{c}", [.. heads.Where((_, i) => labels[i] == c)]))];
        var has = clusters[run % k].Heads.ToHashSet();
        HeadColumn Column(string name, Func<Head, double> value) =>
            new(new ColumnInfo(name, "u", Kind: MeasureKind.Position), [.. grid.All().Select(value)]);
        return (ClusterSynthesis.Compute(grid, clusters, [Column("planted", h => random.NextDouble() + (has.Contains(h) ? 1 : 0)),
            .. Enumerable.Range(0, 10).Select(f => Column($"noise {f}", _ => random.NextDouble()))], seed: run), k);
    }

    [Fact]
    public void One_head_cannot_be_told_apart_and_that_is_said()
    {
        HeadGroup[] clusters = [new("one", [new(0, 0)]), new("others", [.. Grid.All().Skip(1)])];
        var synthesis = ClusterSynthesis.Compute(Grid, clusters, [new(new ColumnInfo("x", "u", Kind: MeasureKind.Position),
            [.. Grid.All().Select((_, i) => -(double)i)])]);
        Assert.Equal(1, synthesis[0, "x"].Delta);
        Assert.InRange(synthesis[0, "x"].LeastAdjusted, 0.08, 0.12); // the first or the last of 20
        Assert.Equal(synthesis[0, "x"].LeastAdjusted, synthesis[0, "x"].Adjusted);
        Assert.Contains("So few heads cannot be told apart here, whatever their values: p cannot be below 0.", synthesis.Describe(0),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_draws_are_said_to_be_too_few()
    {
        Assert.Null(ClusterSynthesis.Compute(Grid, ByIndex, [LayerNumber.Of(Grid)], draws: 20).TooFewDraws());
        var few = ClusterSynthesis.Compute(Grid, ByIndex, [LayerNumber.Of(Grid)], draws: 10);
        Assert.Equal("Nothing could be found here: with 10 shufflings no p-value can be below 0.091. Set draws to 20 or more.",
            few.TooFewDraws());
        Assert.Contains("Set --draws to 20 or more.", few.ToMarkdown(), StringComparison.Ordinal);
    }

    // What notebook 08 shows, on the shipped table of the model that it runs on and on BERT-base's.
    [Theory]
    [InlineData("minilm/heads.csv", "[CLS]", "cls"), InlineData("minilm/heads.sst2.csv", "[CLS]", "cls")]
    [InlineData("bert-base/heads.csv", "next-token", "next"), InlineData("bert-base/heads.csv", "[CLS]/[SEP]", "sep")]
    [InlineData("bert-base/heads.tweets.csv", "[SEP]", "sep"), InlineData("bert-base/heads.tweets.csv", "previous-token", "previous")]
    public void A_cluster_is_told_apart_by_what_it_is_named_after(string file, string name, string measure)
    {
        var clusters = HeadTable.Read(Repository.Path("data", file)).Cluster(4);
        var synthesis = ClusterSynthesis.Compute(clusters);
        int cluster = clusters.Clusters.Single(c => c.Name == name).Number;
        Assert.True(synthesis[cluster, measure].IsBeyondLayers, synthesis[cluster, measure].ToString());
        Assert.Contains($"have {measure}*", synthesis.Describe(cluster).Replace("; ", "have ", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures()
    {
        var function = new HeadColumn(new ColumnInfo("x", "u", Kind: MeasureKind.Position), [.. Grid.All().Select((_, i) => Math.Sin(i))]);
        Assert.Equal(ClusterSynthesis.Compute(Grid, ByIndex, [function], 100, 3).Cells,
            ClusterSynthesis.Compute(Grid, ByIndex, [function], 100, 3).Cells);
        Assert.NotEqual(ClusterSynthesis.Compute(Grid, ByIndex, [function], 100, 3).Cells,
            ClusterSynthesis.Compute(Grid, ByIndex, [function], 100, 4).Cells);
    }

    [Fact]
    public void The_best_relation_of_a_head_is_its_largest_gain_over_the_fixed_offset()
    {
        var grid = new HeadGrid(1, 2);
        RelationScore Score(string relation, int head, int correct, int baseline, int count) =>
            new(relation, new Head(0, head), Direction.DependentToHead, new Proportion(correct, count), new Proportion(baseline, count), 1);
        RelationScore[] scores = [Score("det", 0, 80, 50, 100), Score("det", 1, 40, 50, 100), Score("obj", 0, 50, 50, 100),
            Score("obj", 1, 75, 50, 100), Score("rare", 1, 9, 1, 10)];
        Assert.Equal([0.3, 0.25], BestRelation.Of(grid, scores).Values, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Throws<InputException>(() => BestRelation.Of(grid, scores, atLeast: 500));
    }

    [Fact]
    public void Wrong_input_is_named()
    {
        var good = LayerNumber.Of(Grid);
        string Message(HeadGroup[] clusters, HeadColumn function) =>
            Assert.Throws<InputException>(() => ClusterSynthesis.Compute(Grid, clusters, [function])).Message;
        Assert.Contains("nothing to compare", Message([ByIndex[0]], good), StringComparison.Ordinal);
        Assert.Contains("is in low too", Message([ByIndex[0], ByIndex[0] with { Name = "again" }], good), StringComparison.Ordinal);
        Assert.Contains("4 values for 20 heads", Message(ByIndex, good with { Values = new double[4] }), StringComparison.Ordinal);
        Assert.Contains("head 1-2", Message(ByIndex, good with { Values = [.. good.Values.Select((v, i) => i == 7 ? double.NaN : v)] }),
            StringComparison.Ordinal);
        Assert.Contains("no head", Message([.. ByIndex, new("none", [])], good), StringComparison.Ordinal);
        Assert.Contains("layer", Assert.Throws<InputException>(() =>
            ClusterSynthesis.Compute(Grid, ByIndex, [good], draws: 10)[0, "layr"]).Message, StringComparison.Ordinal);
    }
}
