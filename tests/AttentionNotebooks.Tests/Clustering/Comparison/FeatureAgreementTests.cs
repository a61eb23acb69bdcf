namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>A feature in two models, by layer and by head.</summary>
public class FeatureAgreementTests
{
    private static readonly HeadTable Bert = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));

    [Fact]
    public void Layers_are_put_at_common_depths_by_how_much_of_them_lies_there()
    {
        Assert.Equal([1.5, 3.5, 5.5], FeatureAgreement.AtDepths([1, 2, 3, 4, 5, 6], 3));
        Assert.Equal([1, 2, 3], FeatureAgreement.AtDepths([1, 2, 3], 3));
        // Of three layers at two depths, the middle one counts for half a layer in each.
        double[] uneven = FeatureAgreement.AtDepths([3, 6, 12], 2);
        Assert.Equal(4, uneven[0], 1e-6);
        Assert.Equal(10, uneven[1], 1e-6);
    }

    [Fact]
    public void A_model_agrees_with_itself_in_every_feature()
    {
        var found = FeatureAgreement.Compute(Bert, Bert);
        Assert.Equal(StandardFeatures.ForClustering, found.Select(f => f.Feature));
        Assert.All(found, f =>
        {
            Assert.Equal(1, f.Heads.Value, 1e-12);
            Assert.Equal(1, f.Heads.Low, 1e-12);
            Assert.Equal((1, 1), (Math.Round(f.Profile.Value, 12), Math.Round(f.Profile.Low, 12)));
            Assert.Equal(f.LayersA, f.LayersB);
            Assert.Equal(f.TopA, f.TopB);
            Assert.True(f.ByLayer < 1);
            // 12 features, 1,199 shufflings: no p-value can be below 12/1,200.
            Assert.Equal(0.01, f.HeadsHolm, 1e-9);
        });
        Assert.Equal(found[0].LayersA[3], Enumerable.Range(0, 12).Average(h => Bert[3, h, "mean_distance"]), 1e-12);
    }

    [Fact]
    public void Profiles_are_compared_at_the_depths_of_the_shallower_model()
    {
        // Rises over 12 layers in one model, over 6 in the other; the heads differ by what says nothing about layers.
        var deep = Rising(new HeadGrid(12, 2), 1);
        var shallow = Rising(new HeadGrid(6, 4), 1);
        var rising = FeatureAgreement.Compute(deep, shallow)[0];
        Assert.Equal(1, rising.Profile.Value, 1e-12);
        Assert.True(double.IsNaN(rising.Heads.Value) && double.IsNaN(rising.HeadsHolm));
        // Layers lie farther apart than heads of a layer, so every draw rises.
        Assert.Equal((1, 1), (Math.Round(rising.Profile.Low, 12), Math.Round(rising.Profile.High, 12)));
        Assert.Equal(-1, FeatureAgreement.Compute(deep, Rising(new HeadGrid(6, 4), -1))[0].Profile.Value, 1e-12);
        Assert.True(double.IsNaN(FeatureAgreement.Compute(deep, Rising(new HeadGrid(2, 4), 1))[0].Profile.Value)); // two depths
    }

    [Fact]
    public void Numbers_that_mean_nothing_beyond_their_layer_show_in_the_control()
    {
        // Within each layer B's heads are A's in reverse: layers agree, numbers do not.
        int[] reversed = [.. Enumerable.Range(0, 144).Select(i => i / 12 * 12 + 11 - i % 12)];
        var other = new HeadTable(Bert.Grid, [.. Bert.Columns.Select(c => new HeadColumn(c.Info, [.. reversed.Select(i => c[i])]))]);
        var entropy = FeatureAgreement.Compute(Bert, other, ["entropy"])[0];
        Assert.Equal(1, entropy.Profile.Value, 1e-12);
        Assert.True(entropy.ByLayer > 0.4);
        Assert.True(entropy.Heads.Value > 0.3 && entropy.HeadsPValue > 0.05);
    }

    [Fact]
    public void The_middle_of_the_layers_is_told_from_its_ends()
    {
        // Layers 0 1 5 5 2 4: the middle third has 5, the others (0 + 1 + 2 + 4)/4. Heads of a layer are equal, so no draw differs.
        double[] layers = [0, 1, 5, 5, 2, 4];
        var table = new HeadTable(new HeadGrid(6, 2), ["x"], [[.. layers.SelectMany(l => new[] { l, l })]]);
        var x = FeatureAgreement.Compute(table, Rising(new HeadGrid(2, 4), 1))[0];
        Assert.Equal(new Interval(3.25, 3.25, 3.25), x.MiddleA);
        Assert.True(double.IsNaN(x.MiddleB.Value)); // two layers
    }

    [Fact]
    public void A_feature_is_shown_with_its_unit_where_that_is_known()
    {
        Assert.Equal("mean_distance (tokens)", FeatureAgreement.Compute(Bert, Bert, ["mean_distance"])[0].Label);
        var own = Rising(new HeadGrid(2, 2), 1);
        Assert.Equal("x", FeatureAgreement.Compute(own, own)[0].Label);
    }

    private static HeadTable Rising(HeadGrid grid, int sign) => new(grid, ["x"],
        [[.. grid.All().Select(h => sign * (h.Layer + 0.5) / grid.Layers + 0.01 * (h.Index % 2))]]);
}
