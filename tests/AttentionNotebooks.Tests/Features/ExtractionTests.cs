using TorchSharp;

namespace AttentionNotebooks.Tests.Features;

/// <summary>What must not change a head's value, and what a bad feature is told.</summary>
public class ExtractionTests
{
    private static readonly HeadGrid Grid = new(2, 2);

    [Fact]
    public void Batch_size_does_not_matter()
    {
        var source = Texts(9, 4, 9, 30, 2, 17);
        var one = source.Extract(options: new VisitOptions(TokensPerBatch: 1));
        var all = source.Extract(options: new VisitOptions(TokensPerBatch: 100_000));
        foreach (string f in one.Features) Assert.All(one.Column(f).Zip(all.Column(f)), v => Assert.Equal(v.First, v.Second, 1e-5));
    }

    [Fact]
    public void Merged_shards_are_the_whole_bit_for_bit()
    {
        var source = Texts(9, 4, 9, 30, 2, 17, 5, 5, 12, 21, 8);
        var whole = source.Extract(options: new VisitOptions(TokensPerBatch: 20));
        var merged = new FeatureReducer(Grid, StandardFeatures.All);
        foreach (int shard in new[] { 2, 0, 1 }) // in any order
        {
            var part = new FeatureReducer(Grid, StandardFeatures.All);
            source.Visit(part, new VisitOptions(TokensPerBatch: 20, shard, Shards: 3));
            merged.Merge(part);
        }
        Assert.Equal(whole.ToCsv(), merged.ToTable().ToCsv());
        foreach (string f in whole.Features) Assert.Equal(whole.Column(f).Spread, merged.ToTable().Column(f).Spread);
    }

    [Fact]
    public void Duplicating_the_corpus_changes_nothing()
    {
        var once = Texts(9, 4, 30).Extract(options: new VisitOptions(TokensPerBatch: 1));
        var source = Texts(9, 4, 30);
        var twice = new MapsInMemory(Grid, [.. source.Texts, .. source.Texts], (t, h) => source[t % 3, h])
            .Extract(options: new VisitOptions(TokensPerBatch: 1));
        Assert.Equal(once.ToCsv(), twice.ToCsv());
    }

    [Fact]
    public void A_feature_of_ones_own_is_a_lambda()
    {
        var far = new HeadFeature("far", "share", (a, t) => t.Weighted(a, t.Distance.gt(5).to_type(torch.ScalarType.Float32)));
        // Of the 100 pairs of 10 tokens, 2·(4 + 3 + 2 + 1) are more than 5 apart.
        Assert.Equal(2 * (4 + 3 + 2 + 1) / 100.0, MapsInMemory.Single(Maps.Uniform(10)).Extract([far])[0, 0, "far"], 1e-6);
    }

    [Fact]
    public void A_feature_of_the_wrong_shape_is_told_what_to_return()
    {
        var wrong = new HeadFeature("wrong", "?", (a, _) => a.sum(dim: -1));
        var error = Assert.Throws<InputException>(() => Texts(5).Extract([wrong]));
        Assert.Contains("[1, 2, 5]", error.Message);
        Assert.Contains("[B, H]", error.Message);
    }

    [Fact]
    public void A_feature_that_is_not_a_number_names_head_and_text()
    {
        var nan = new HeadFeature("nan", "?", (a, t) => t.MeanOverQueries(a.sum(dim: -1)).log() * float.NaN);
        var error = Assert.Throws<InputException>(() => Texts(5).Extract([nan]));
        Assert.Contains("feature \"nan\", text 0, head 0-0", error.Message);
    }

    [Fact]
    public void A_feature_too_large_to_be_summed_exactly_is_told_so()
    {
        var large = new HeadFeature("large", "?", (a, t) => t.MeanOverQueries(a.sum(dim: -1)) * 2_000_000f);
        Assert.Contains("is 2000000, and values are summed exactly below 1048576 only. Use a larger unit",
            Assert.Throws<InputException>(() => Texts(5).Extract([large])).Message);
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        var source = Texts(9, 4, 30, 12);
        source.Extract(); // first use makes what lives for good
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++) source.Extract();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_cancelled_visit_stops()
    {
        using var folder = new TestFolder();
        string file = Attention.MapArchiveTests.Save(folder, Maps.Uniform(4));
        Assert.Throws<OperationCanceledException>(() => MapArchive.Open(file).Extract(cancellation: new CancellationToken(true)));
    }

    private static MapsInMemory Texts(params int[] lengths) =>
        new(Grid, [.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))],
            (t, h) => Maps.Random(lengths[t], 100 * t + 10 * h.Layer + h.Index));
}
