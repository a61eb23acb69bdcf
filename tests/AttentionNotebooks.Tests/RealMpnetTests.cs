using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests;

/// <summary>
/// The real all-mpnet-base-v2, pre-trained apart from BERT, beside the real BERT-base on the same texts: what is found in both, and what
/// is one model's own. The figures were first computed with other programs.
/// </summary>
public class RealMpnetTests
{
    private const double Digits = 1e-3;

    [Fact]
    public void Heads_of_the_model()
    {
        var table = Source("mpnet-maps").Extract();
        Assert.Equal([("0-6", 0.489), ("11-6", 0.428)], Top(table, "previous", 2));
        Assert.Equal([("0-11", 0.544)], Top(table, "next", 1));
        Assert.Equal([("4-3", 16.06)], Top(table, "mean_distance", 1).Select(t => (t.Item1, Math.Round(t.Item2, 2))));
        Assert.Equal(5.09, table[0, 11, "mean_distance"], 5e-3);
        Assert.Equal(new Head(0, 11), table.Lowest("mean_distance", 1)[0].Head);
    }

    [Fact]
    public void Compared_with_BERT_profiles_come_back_and_numbers_and_the_clusters_of_neighbour_lookers_do_not()
    {
        HeadTable bert = Source("bert-base-maps").Extract(), mpnet = Source("mpnet-maps").Extract();
        var c = HeadComparison.Compute(bert, mpnet, new() { Draws = 99 });
        // Heads find partners near them …
        Assert.True(c.Matching.Distance.High < c.Matching.DealtAnew.Low);
        Assert.Equal((0.876, 1.343), (Math.Round(c.Matching.Distance.Value, 3), Math.Round(c.Matching.AnyPair, 3)));
        // … but that is no kinship: a head's number means nothing from one pre-training to the other, neither for partners nor for any
        // feature.
        Assert.True(c.Matching.SameNumber <= 3 && c.Matching.SameNumberPValue > 0.2);
        Assert.All(c.Agreements, f => Assert.True(f.HeadsHolm > 0.05));
        // BERT's clusters of previous- and next-token heads are BERT's.
        Assert.All(["previous-token", "next-token"], name => Assert.False(c.Names.Single(n => n.Name == name).InBoth));
        Assert.True(c.OnB.AdjustedRand.High < 0.3);
        Assert.Equal(0.089, c.OnB.AdjustedRand.Value, Digits);
        Assert.Equal(0.256, c.OnA.AdjustedRand.Value, Digits);
    }

    [Fact]
    public void Maps_of_heads_of_the_same_number_are_no_more_alike_than_maps_of_the_layers_other_heads()
    {
        var maps = MapCosines.Compute(("BERT", Source("bert-base-maps")), ("MPNet", Source("mpnet-maps")),
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((97, true), (maps.Texts, maps.TokensKnown));
        Assert.Equal(0.441, maps.OfAll.Value, Digits);
        Assert.True(maps.GainOfAll.High < 0.01);
    }

    [Fact]
    public void Between_words_the_middle_layers_look_nearest_in_BERT_and_not_in_MPNet()
    {
        HeadTable bert = Source("bert-base-maps").Extract([WordFeatures.Relative]),
            mpnet = Source("mpnet-maps").Extract([WordFeatures.Relative]);
        var f = FeatureAgreement.Compute(bert, mpnet, [WordFeatures.Relative.Name])[0];
        Assert.Equal([0.75, 0.75, 0.71, 0.67, 0.72, 0.58, 0.62, 0.59, 0.80, 0.93, 1.01, 1.00], f.LayersA.Select(v => Math.Round(v, 2)));
        Assert.Equal([0.69, 0.71, 0.70, 0.71, 0.75, 0.86, 0.91, 0.92, 0.89, 0.87, 0.87, 0.79], f.LayersB.Select(v => Math.Round(v, 2)));
        Assert.True(f.MiddleA.High < 0 && f.MiddleB.Low > 0);
        // No agreement, and none to be expected from other heads. Of twelve layers without ties it is a whole number of 143rds.
        Assert.Equal(-10 / 143.0, f.Profile.Value, 1e-12);
        Assert.True(f.Profile is { Low: < 0, High: > 0 });
    }

    private static MapArchive Source(string folder) => MapArchive.Open(Repository.SharedData(folder, "sst2.npz"),
        Repository.SharedData(folder, "sst2.tokens.jsonl"));

    private static IEnumerable<(string, double)> Top(HeadTable table, string feature, int count) =>
        table.Highest(feature, count).Select(h => (h.Head.ToString(), Math.Round(h.Value, 3)));
}
