using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests;

/// <summary>
/// The real bert-base-uncased: published maps beside the repository, whose figures an independent implementation
/// computed, and the head table that the product ships, computed from those maps.
/// </summary>
public class RealBertTests
{
    private const double Digits = 1e-3;

    [Fact]
    public void Heads_of_the_SST_2_model()
    {
        var table = Sst2().Extract();
        Expect(table, "next", (2, 9, 0.922), (2, 0, 0.919), (1, 1, 0.605), (0, 10, 0.528));
        Expect(table, "previous", (3, 5, 0.750), (1, 4, 0.689), (6, 11, 0.484), (0, 2, 0.424));
        Expect(table, "mean_distance", (4, 3, 13.815));
        Expect(table, "sep", (3, 4, 0.514), (3, 0, 0.505));
        Expect(table, "cls", (2, 2, 0.520));
        Expect(table, "entropy", (11, 0, 3.282));
        Assert.Equal(["11-0", "11-9", "11-1", "11-6"], table.Highest("entropy", 4).Select(h => h.Head.ToString()));
        Assert.Equal(new Head(2, 0), table.Lowest("mean_distance", 1)[0].Head);
        Assert.Equal(1.814, table[2, 0, "mean_distance"], Digits);
    }

    [Fact]
    public void Heads_of_the_tweets_model()
    {
        var table = MapArchive.Open(Repository.SharedData("bert-base-maps", "tweets.npz")).Extract();
        Expect(table, "next", (2, 9, 0.946), (2, 0, 0.945), (5, 9, 0.623), (1, 1, 0.590));
        Expect(table, "previous", (3, 5, 0.760), (1, 4, 0.659), (6, 11, 0.602), (0, 2, 0.420));
        Expect(table, "mean_distance", (10, 3, 15.817));
        Expect(table, "sep", (5, 1, 0.804), (7, 7, 0.789), (5, 6, 0.760));
        Expect(table, "cls", (1, 6, 0.575));
        Assert.Equal(["0-0", "0-4", "0-6", "0-7"], table.Highest("entropy", 4).Select(h => h.Head.ToString()));
        Assert.Equal(1.914, table.Lowest("mean_distance", 1)[0].Value, Digits);
    }

    [Fact]
    public void Every_feature_agrees_with_plain_loops_on_real_maps()
    {
        var source = Sst2(limit: 6);
        var features = FeatureCatalogue.For(source).Possible(source);
        var table = source.Extract(features);
        var texts = Enumerable.Range(0, 6).Select(source.Maps).ToArray();
        int Count(string token) => source.Texts.Sum(t => t.Tokens!.Count(x => x == token));
        foreach (var head in new[] { new Head(0, 0), new Head(2, 9), new Head(3, 4), new Head(7, 9), new Head(11, 0) })
        {
            double[][,] maps = [.. texts.Select(t => AsDouble(t[head]))];
            foreach (var f in features.Where(f => f.Statistic is null))
            {
                double[,]? Below(TextMaps t) => f.Name != "rollout_distance" ? null
                    : SlowFeatures.RolloutBelow(head.Layer, t.Text.Length, l =>
                {
                    float[][,] layer = [.. Enumerable.Range(0, 12).Select(h => t[l, h])];
                    return Maps.Of(t.Text.Length, (i, j) => layer.Average(m => (double)m[i, j]));
                });
                double slow = texts.Zip(maps, (t, m) => SlowFeatures.Of(f.Name, m, t.Text, below: Below(t), counts: Count)).Average();
                Assert.Equal(slow, table[head, f.Name], 1e-5 * Math.Max(1, Math.Abs(slow)));
            }
            foreach (var f in features.Where(f => f.Statistic is not null))
                Assert.Equal(SlowFeatures.Together(f.Name, maps), table[head, f.Name], 1e-3);
        }
    }

    [Fact]
    public void Heads_of_the_real_BERT_are_told_apart_reliably_and_positional_ones_are_the_known_ones()
    {
        var source = Sst2();
        var values = source.Record([DistanceFeatures.MeanDistance, TokenFeatures.Next, StructureFeatures.BestOffset,
            StructureFeatures.BestOffsetMass]);
        Assert.All(values.Reliabilities(splits: 20).Take(2), r => Assert.InRange(r.Interval.Low, 0.98, 1));
        var (table, intervals) = (values.ToTable(), values.Intervals(draws: 200));
        Assert.Equal((1, 1, -1, -1), (table[2, 0, "best_offset"], table[2, 9, "best_offset"], table[3, 5, "best_offset"],
            table[1, 4, "best_offset"]));
        Assert.Equal(table[2, 9, "next"], table[2, 9, "best_offset_mass"], 1e-6);
        // Head 2-9 looks at the next token more than 1-1 does, whatever sample of texts.
        Assert.True(intervals[1].Low[values.Grid.PositionOf(new Head(2, 9))] > intervals[1].High[values.Grid.PositionOf(new Head(1, 1))]);
    }

    [Fact]
    public void The_shipped_table_is_what_the_maps_give()
    {
        Assert.Equal(File.ReadAllText(Repository.Path("data", "bert-base", "heads.csv")), Sst2().Extract().ToCsv());
    }

    [Fact]
    public void On_mean_distance_alone_four_clusters_are_a_peak_though_two_stand_apart_more()
    {
        var silhouettes = Shipped().SilhouetteByK(["mean_distance"]).ToDictionary(s => s.K, s => s.Silhouette);
        Assert.Equal(0.589, silhouettes[3], 2e-3);
        Assert.Equal(0.600, silhouettes[4], 2e-3);
        Assert.Equal(0.561, silhouettes[5], 2e-3);
        // Two (near and far heads) have the highest silhouette of all: what k = 4 has is a peak among its neighbours.
        Assert.Equal(2, silhouettes.MaxBy(s => s.Value).Key);
        Assert.Equal(0.712, silhouettes[2], 2e-3);

        var clusters = Shipped().Cluster(4, ["mean_distance"]).Clusters;
        Assert.Equal([(9.93, 69), (12.10, 54), (6.15, 15), (2.64, 6)],
            clusters.Select(c => (Math.Round(c.Means["mean_distance"], 2), c.Heads.Count)));
    }

    [Theory]
    [InlineData("heads.csv", "[CLS]/[SEP]"), InlineData("heads.tweets.csv", "[SEP]")]
    public void On_13_features_the_four_patterns_have_the_names_of_the_literature(string file, string vertical)
    {
        var clustering = HeadTable.Read(Repository.Path("data", "bert-base", file)).Cluster(4);
        Assert.Equal([vertical, "broad", "previous-token", "next-token"], clustering.Clusters.Select(c => c.Name));
        Assert.Equal("next-token", clustering[new Head(2, 9)].Name);
        Assert.Equal("previous-token", clustering[new Head(3, 5)].Name);
    }

    private static MapArchive Sst2(int limit = int.MaxValue) =>
        MapArchive.Open(Repository.SharedData("bert-base-maps", "sst2.npz"), Repository.SharedData("bert-base-maps", "sst2.tokens.jsonl"),
            limit);

    private static HeadTable Shipped() => HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));

    private static void Expect(HeadTable table, string feature, params (int Layer, int Head, double Value)[] highest)
    {
        var found = table.Highest(feature, highest.Length);
        for (int i = 0; i < highest.Length; i++)
        {
            Assert.Equal(new Head(highest[i].Layer, highest[i].Head), found[i].Head);
            Assert.Equal(highest[i].Value, found[i].Value, Digits);
        }
    }

    private static double[,] AsDouble(float[,] map)
    {
        var wide = new double[map.GetLength(0), map.GetLength(1)];
        Array.Copy(map, wide, map.Length);
        return wide;
    }
}
