namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>Clusters of one model, found in another or not.</summary>
public class CentreTransferTests
{
    private static readonly HeadTable Bert = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));
    private static readonly HeadTable Tweets = HeadTable.Read(Repository.Path("data", "bert-base", "heads.tweets.csv"));

    [Theory, InlineData(false), InlineData(true)]
    public void A_models_clusters_are_its_own(bool eachByItself)
    {
        var clusters = Bert.Cluster(4);
        var t = CentreTransfer.Compute(clusters, clusters, eachByItself, draws: 99);
        Assert.Equal(clusters.Labels, t.Labels);
        Assert.Equal(new Interval(1, 1, 1), t.AdjustedRand);
        Assert.Equal((0.01, 0.01), (t.PValue, t.WithinLayersPValue));
        Assert.Equal(clusters.Clusters.Select(c => c.Heads.Count), Enumerable.Range(0, 4).Select(i => t.Counts[i, i]));
        Assert.InRange(t.Shuffled, -0.02, 0.02);
        Assert.True(t.WithinLayers > t.Shuffled); // clusters lie at depths
    }

    [Fact]
    public void Heads_go_to_the_nearest_centre_in_the_scale_of_the_centres()
    {
        HeadClustering from = Bert.Cluster(4), to = Tweets.Cluster(4);
        var t = CentreTransfer.Compute(from, to, draws: 19);
        string[] features = [.. from.Table.Features];
        for (int i = 0; i < 144; i++)
        {
            double Squared(HeadCluster c) => features.Select((f, k) =>
            {
                double[] x = Bert.Column(f);
                double mean = x.Average(), deviation = Math.Sqrt(x.Select(v => v * v).Average() - mean * mean);
                return Math.Pow((Tweets.Column(f)[i] - mean) / deviation - c.Heads.Average(h => (Bert[h, f] - mean) / deviation), 2);
            }).Sum();
            Assert.Equal(from.Clusters.MinBy(Squared)!.Number, t.Labels[i]);
        }
        Assert.Equal(Validity.AdjustedRand(t.Labels, to.Labels), t.AdjustedRand.Value);
        Assert.True(t.AdjustedRand.Low > 0.2 && t.PValue == 0.05);
    }

    [Fact]
    public void Clusterings_on_different_columns_or_scales_are_refused()
    {
        HeadClustering all = Bert.Cluster(3), one = Bert.Cluster(3, ["sep"]), ranks = Bert.Cluster(3, scaling: Scaling.Rank);
        foreach (var other in new[] { one, ranks })
            Assert.Contains("same features", Assert.Throws<InputException>(() => CentreTransfer.Compute(all, other)).Message);
    }
}
