namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>Which head of one model is like which of another.</summary>
public class HeadMatchingTests
{
    private static readonly HeadTable Bert = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));

    [Fact]
    public void A_model_matches_itself_head_by_head()
    {
        var m = HeadMatching.Compute(Bert, Bert, draws: 19);
        Assert.All(m.Pairs, p => Assert.Equal((p.A, 0.0), (p.B, p.Distance)));
        Assert.All(m.Pairs, p => Assert.Equal(1, p.Correlation, 1e-12));
        Assert.Equal((144.0, 1 / 1000.0), (m.SameNumber, m.SameNumberPValue));
        Assert.Equal(new Interval(0, 0, 0), m.Distance);
        Assert.Equal(1, m.Depth.Value, 1e-12);
        // Of 12 layers with 12 heads each, dealt anew, one head per layer stays by chance.
        Assert.InRange(m.SameNumberByChance, 11, 13);
        Assert.True(m.DealtAnew.Low > 0.1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Heads_that_were_dealt_anew_are_found_back(bool eachByItself)
    {
        int[] order = [.. Enumerable.Range(0, 144)];
        new Random(4).Shuffle(order);
        var dealt = new HeadTable(Bert.Grid, [.. Bert.Columns.Select(c => new HeadColumn(c.Info, [.. order.Select(i => c[i])]))]);
        var m = HeadMatching.Compute(Bert, dealt, eachByItself: eachByItself, draws: 19);
        Assert.All(m.Pairs, p => Assert.Equal(Bert.Grid.PositionOf(p.A), order[Bert.Grid.PositionOf(p.B)]));
        Assert.Equal(0, m.Distance.Value, 1e-12);
        Assert.True(m.DepthPValue > 0.05); // over all layers, so that depth says nothing
    }

    [Fact]
    public void Every_second_layer_is_found_in_the_whole_model_and_the_others_stay_alone()
    {
        int[] kept = [.. Enumerable.Range(0, 144).Where(i => i / 12 % 2 == 0)];
        var half = new HeadTable(new HeadGrid(6, 12), [.. Bert.Columns.Select(c => new HeadColumn(c.Info, [.. kept.Select(i => c[i])]))]);
        foreach (bool wholeFirst in new[] { false, true })
        {
            // The scale of both together is the same for both, so the same heads are at distance 0.
            var m = wholeFirst ? HeadMatching.Compute(Bert, half, draws: 19) : HeadMatching.Compute(half, Bert, draws: 19);
            Assert.Equal(72, m.Pairs.Count);
            Assert.All(m.Pairs, p => Assert.Equal(wholeFirst ? p.A : p.B,
                new Head(2 * (wholeFirst ? p.B : p.A).Layer, (wholeFirst ? p.B : p.A).Index)));
            Assert.Equal(0, m.Distance.Value, 1e-12);
            var alone = wholeFirst ? m.AloneA : m.AloneB;
            Assert.Equal(72, alone.Count);
            Assert.All(alone, h => Assert.Equal(1, h.Layer % 2));
            Assert.Empty(wholeFirst ? m.AloneB : m.AloneA);
            Assert.True(double.IsNaN(m.SameNumber));
            Assert.Equal(1, m.Depth.Value, 1e-12);
        }
    }

    [Fact]
    public void Distances_are_what_paper_and_pencil_give()
    {
        // Over both: x has mean 2 and variance (4 + 0 + 0 + 4)/4 = 2, y mean 0 and variance 1.
        var a = Table([0, 2], [1, -1]);
        var b = Table([2, 4], [-1, 1]);
        var m = HeadMatching.Compute(a, b, ["x", "y"], draws: 19);
        // 0-1 of A is 0-0 of B. 0-0 of A is at (−√2, 1), 0-1 of B at (√2, 1): √(((2√2)² + 0)/2) = 2.
        Assert.Equal([(1, 2.0), (0, 0.0)], m.Pairs.Select(p => (p.B.Index, Math.Round(p.Distance, 12))));
        Assert.Equal(1, m.Distance.Value, 1e-12);
        // All pairs: 0-0 with 0-0 is √((2 + 4)/2) = √3, 0-1 with 0-1 too.
        Assert.Equal((2 + 0 + 2 * Math.Sqrt(3)) / 4, m.AnyPair, 1e-12);
        Assert.True(double.IsNaN(m.Pairs[0].Correlation)); // two features
    }

    [Fact]
    public void Features_dealt_anew_keep_each_layers_values_and_no_profile()
    {
        var points = Bert.Select("mean_distance", "cls", "next").Points(Scaling.ZScore);
        var dealt = HeadMatching.Dealt(points, Bert.Grid, new Random(1));
        for (int layer = 0; layer < 12; layer++)
            for (int f = 0; f < 3; f++)
                Assert.Equal(Enumerable.Range(12 * layer, 12).Select(i => points[i][f]).Order(),
                    Enumerable.Range(12 * layer, 12).Select(i => dealt[i][f]).Order());
        Assert.InRange(points.Zip(dealt).Count(p => p.First.SequenceEqual(p.Second)), 0, 10);
    }

    [Fact]
    public void Unrelated_models_match_nearer_than_features_dealt_anew_and_have_partners_of_other_numbers()
    {
        // y and z follow from x, as the largest weight does from entropy: all pairs are nearer than those of features dealt anew.
        var matchings = Enumerable.Range(0, 20).Select(i =>
            HeadMatching.Compute(Tables.Forced(2 * i), Tables.Forced(2 * i + 1), draws: 19, seed: i)).ToArray();
        Assert.All(matchings, m => Assert.True(m.Distance.Value < m.DealtAnew.Low));
        // One of 20 is expected; six or more have a chance of one in three thousand.
        Assert.InRange(matchings.Count(m => m.SameNumberPValue <= 0.05), 0, 5);
    }

    [Fact]
    public void Partners_at_opposite_depths_are_as_far_from_chance_as_those_at_the_same()
    {
        var grid = new HeadGrid(6, 2);
        HeadTable Rising(int sign) => new(grid, ["x"], [[.. grid.All().Select(h => sign * h.Layer + 0.1 * h.Index)]]);
        var same = HeadMatching.Compute(Rising(1), Rising(1), eachByItself: true, draws: 19);
        var opposite = HeadMatching.Compute(Rising(1), Rising(-1), eachByItself: true, draws: 19);
        Assert.True(same.Depth.Value > 0.9 && opposite.Depth.Value < -0.9);
        Assert.True(same.DepthPValue < 0.01 && opposite.DepthPValue < 0.01);
    }

    [Fact]
    public void Tables_without_a_common_feature_and_features_without_a_spread_are_refused()
    {
        var x = Table([1, 2], [3, 3]);
        Assert.Contains("no feature in common", Assert.Throws<InputException>(() => HeadMatching.Compute(x, Bert)).Message);
        Assert.Contains("\"y\": has the same value for every head of both",
            Assert.Throws<InputException>(() => HeadMatching.Compute(x, x)).Message);
        Assert.Contains("\"y\"", Assert.Throws<InputException>(() => HeadMatching.Compute(x, x, eachByItself: true)).Message);
    }

    private static HeadTable Table(double[] x, double[] y) => new(new HeadGrid(1, 2), ["x", "y"], [x, y]);
}
