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
        Assert.Equal(clusters.Clusters.Select(c => c.Heads.Count), Enumerable.Range(0, 4).Select(i => t.Counts[i, i]));
        // Any heads as centres divide the heads somewhat as clusters do.
        Assert.InRange(t.RandomCentres.Value, 0.2, 0.8);
        Assert.True(t.RandomCentres.Low < t.RandomCentres.Value && t.RandomCentres.Value < t.RandomCentres.High);
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
        Assert.True(t.AdjustedRand.Low > 0.2);
    }

    [Fact]
    public void Clusters_of_unrelated_models_agree_too_and_so_do_random_centres()
    {
        CentreTransfer[] transfers = [.. Enumerable.Range(0, 20).Select(i =>
            CentreTransfer.Compute(Tables.Forced(2 * i).Cluster(3), Tables.Forced(2 * i + 1).Cluster(3), draws: 99, seed: i))];
        // They agree far more than shuffled labels would (0), since all heads lie along one line: the index alone says nothing.
        Assert.True(transfers.Average(t => t.AdjustedRand.Value) > 0.3);
        Assert.True(transfers.Average(t => t.RandomCentres.Value) > 0.2);
    }

    [Theory, InlineData(20), InlineData(71)]
    public void The_index_lies_in_its_interval_also_of_many_small_clusters(int k)
    {
        HeadClustering a = MiniLm("heads.csv").Cluster(k), b = MiniLm("heads.sst2.csv").Cluster(k);
        foreach (var t in new[] { CentreTransfer.Compute(a, b, draws: 19), CentreTransfer.Compute(b, a, draws: 19) })
            Assert.InRange(t.AdjustedRand.Value, t.AdjustedRand.Low, t.AdjustedRand.High);
    }

    [Fact]
    public void Clusterings_on_different_columns_or_scales_are_refused()
    {
        HeadClustering all = Bert.Cluster(3), one = Bert.Cluster(3, ["sep"]), ranks = Bert.Cluster(3, scaling: Scaling.Rank);
        foreach (var other in new[] { one, ranks })
            Assert.Contains("same features", Assert.Throws<InputException>(() => CentreTransfer.Compute(all, other)).Message);
    }

    private static HeadTable MiniLm(string file) => HeadTable.Read(Repository.Path("data", "minilm", file));
}
