namespace AttentionNotebooks.Tests.Clustering;

/// <summary>What the notebook and the shipped files claim of the real BERT-base.</summary>
public class RealClusterTests
{
    [Theory]
    [InlineData("sst2.npz", "sst2.tokens.jsonl", "texts.npz"), InlineData("tweets.npz", null, "texts.tweets.npz")]
    public void The_shipped_values_per_text_are_what_the_maps_give(string maps, string? tokens, string shipped)
    {
        using var folder = new TestFolder();
        Source(maps, tokens).Record(StandardFeatures.PerText).Write(folder["again.npz"]);
        var (again, kept) = (Npz.Read(folder["again.npz"], "").ToList(), Npz.Read(Repository.Path("data", "bert-base", shipped), "")
            .ToList());
        Assert.Equal(kept.Select(e => e.Name), again.Select(e => e.Name));
        // Another processor may add up in another order: single precision, values up to 100.
        foreach (var (a, b) in again.Zip(kept))
            Assert.All(a.Array.Values.Zip(b.Array.Values), v => Assert.True(double.IsNaN(v.First) && double.IsNaN(v.Second)
                || Math.Abs(v.First - v.Second) <= 1e-5 * Math.Max(1, Math.Abs(v.Second)), $"{v}"));
    }

    [Fact]
    public void The_shipped_mean_maps_are_what_the_maps_give()
    {
        var again = MeanMaps.Compute(Source("sst2.npz", "sst2.tokens.jsonl"), 20);
        var shipped = MeanMaps.Read(Repository.Path("data", "bert-base", "mean-maps.npz"));
        foreach (var head in again.Grid.All())
            for (int q = 0; q < 20; q++)
                for (int key = 0; key < 20; key++) Assert.Equal(again[head][q, key], shipped[head][q, key], 1e-6);
    }

    [Theory]
    [InlineData("texts.npz", "heads.csv", 97), InlineData("texts.tweets.npz", "heads.tweets.csv", 50)]
    public void The_shipped_tables_are_the_means_of_the_shipped_values_per_text(string texts, string heads, int count)
    {
        var values = TextValues.Read(Repository.Path("data", "bert-base", texts));
        var table = HeadTable.Read(Repository.Path("data", "bert-base", heads));
        Assert.Equal(count, values.Texts.Count);
        var means = values.ToTable();
        foreach (string f in values.Features.Select(f => f.Name))
            for (int h = 0; h < 144; h++) Assert.Equal(table.Column(f)[h], means.Column(f)[h], 1e-5);
    }

    [Fact]
    public void Four_clusters_of_all_features_are_more_than_chance_gives_and_hold_over_texts()
    {
        var clustering = Golden.RealTable.Cluster(4);
        Assert.Equal(0.01, StructureNull.Run(clustering, NullModel.ShuffledFeatures, 99).SilhouettePValue);
        Assert.Equal(0.01, StructureNull.Run(clustering, NullModel.OneGaussian, 99).SilhouettePValue);
        var copula = StructureNull.Run(clustering, NullModel.GaussianCopula, 199);
        Assert.Equal(0.005, copula.SilhouettePValue);
        Assert.InRange(copula.NullSilhouettes.Average(), 0.2, 0.26); // an independent computation on one feature more has 0.230
        Assert.InRange(Stability.OverTexts(clustering, TextValues.Read(Repository.Path("data", "bert-base", "texts.npz")).Resample,
            draws: 40)!.Mean, 0.9, 1);
    }

    [Fact]
    public void The_next_token_heads_and_most_previous_token_heads_keep_their_clusters_from_SST_2_to_tweets()
    {
        HeadClustering sst2 = Golden.RealTable.Cluster(4), tweets = HeadTable.Read(Repository.Path("data", "bert-base", "heads.tweets.csv"))
            .Cluster(4);
        var transfer = ClusterTransfer.Compute(sst2, tweets, draws: 99);
        Assert.Equal(0.01, transfer.PValue);
        Assert.InRange(transfer.Kept, 115, 130);
        (int Heads, int Kept) Of(string name)
        {
            var heads = sst2.Clusters.Single(c => c.Name == name).Heads;
            return (heads.Count, heads.Except(transfer.Moved).Count());
        }
        Assert.Equal(((6, 6), (10, 6)), (Of("next-token"), Of("previous-token")));
    }

    private static MapArchive Source(string maps, string? tokens) =>
        MapArchive.Open(Repository.SharedData("bert-base-maps", maps), tokens is null ? null
            : Repository.SharedData("bert-base-maps", tokens));
}
