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
        Assert.Contains("More than the other heads they have has (0.902 against 0.102, share; δ 1.00, 1.00 to 1.00).",
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
        Assert.Equal(1, synthesis[0, "depth"].LayerPValue, 1e-12); // within layers there is nothing to shuffle
        Assert.Contains("Where these heads lie may explain depth", synthesis.Describe(0), StringComparison.Ordinal);
        Assert.Contains("Early: 10 heads, layers 0 to 1", synthesis.Describe(0), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_clusters_are_told_apart_about_as_seldom_as_they_should_be()
    {
        var grid = new HeadGrid(6, 6);
        int sure = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var heads = grid.All().ToArray();
            random.Shuffle(heads);
            var functions = Enumerable.Range(0, 5).Select(f =>
                new HeadColumn(new ColumnInfo($"f{f}", "u", Kind: MeasureKind.Position), [.. grid.All().Select(_ => random.NextDouble())]))
                .ToArray();
            if (ClusterSynthesis.Compute(grid, [new("a", heads[..12]), new("b", heads[12..])], functions, draws: 200,
                seed: seed).Cells.Any(c => c.IsSure)) sure++;
        }
        Assert.InRange(sure, 0, 6); // of 40 at 5 % per synthesis: more than 6 has a chance below 1 %
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
