namespace AttentionNotebooks.Tests.Features;

/// <summary>
/// How texts are dealt into batches and shards, on the shipped model and treebank: batches change the padding, and so the last
/// bits of what the model computes; shards, which take whole batches, change nothing.
/// </summary>
public sealed class BatchingTests : IDisposable
{
    // Of a value, or of 1 where it is smaller: float32's rounding in 12 layers, seen through a mean over 40 texts. The
    // largest difference on the machine that this was written on: 9.8e-7, of mean_offset.
    private const double OfFeatures = 2e-6;

    // A share that lies on a threshold goes to this side or that by the last bit: one text's map in one of these counts.
    private static readonly string[] Counted =
        ["sparsity", "distance_q10", "distance_q50", "distance_q90", "maps_vertical_diagonal", "maps_vertical", "maps_diagonal",
            "maps_block", "maps_heterogeneous"];

    // Likewise; w1 is in tokens, the others are at most ln 2 and 2. Largest: 1.8e-6 of w1, 2.1e-7 of the others.
    private const double OfDistances = 2e-6, OfTokens = 1e-5;

    private readonly Checkpoint model = Checkpoint.Load(Repository.Path("data", "demo-bert"));
    private readonly LiveAttention source;

    public BatchingTests() => source = LiveAttention.OfTreebank(model,
        [.. ConllU.Read(Repository.Path("data", "treebank", "demo.conllu")).Take(40)]);

    [Theory]
    [InlineData(1), InlineData(200), InlineData(700)]
    public void Batch_sizes_change_features_by_rounding_alone(int tokens)
    {
        var features = FeatureCatalogue.For(source).Parse(FeatureCatalogue.Everything, source);
        HeadTable one = source.Extract(features), other = source.Extract(features, new VisitOptions(tokens));
        var most = one.Features.ToDictionary(f => f, f => one.Column(f)
            .Zip(other.Column(f), (a, b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(a))).Max());
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join('\n', most.OrderByDescending(m => m.Value).Take(8)
                .Select(m => FormattableString.Invariant($"{m.Key}: {m.Value:G3}"))));
        foreach (var (feature, difference) in most)
            Assert.True(difference <= (Counted.Contains(feature) ? 1.0 / source.Texts.Count : OfFeatures), $"{feature}: {difference:G3}");
    }

    [Theory]
    [InlineData("js"), InlineData("w1"), InlineData("correlation")]
    public void Batch_sizes_change_distances_by_rounding_alone(string metric)
    {
        var distance = HeadDistance.Get(metric);
        double[,] one = source.Distances(distance), other = source.Distances(distance, new VisitOptions(200));
        double most = one.Cast<double>().Zip(other.Cast<double>(), (a, b) => Math.Abs(a - b)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {most:G3}");
        Assert.InRange(most, 0, metric == "w1" ? OfTokens : OfDistances);
    }

    [Theory]
    [InlineData(2), InlineData(3), InlineData(7)]
    public void Shards_change_no_bit(int shards)
    {
        var features = FeatureCatalogue.For(source).Parse(FeatureCatalogue.Everything, source);
        var options = new VisitOptions(TokensPerBatch: 100);
        FeatureReducer all = new(source.Grid, features);
        using HeadDistanceReducer apart = new(source.Grid, HeadDistance.Cosine);
        for (int s = shards - 1; s >= 0; s--)
        {
            FeatureReducer part = new(source.Grid, features);
            using HeadDistanceReducer pairs = new(source.Grid, HeadDistance.Cosine);
            source.Visit(new Both(part, pairs), options with { Shard = s, Shards = shards });
            all.Merge(part);
            apart.Merge(pairs);
        }
        var whole = source.Extract(features, options);
        Assert.Equal(whole.ToCsv(), all.ToTable().ToCsv());
        Assert.Equal(whole.Notes.Select(n => n.Text), all.ToTable().Notes.Select(n => n.Text));
        Assert.Equal(source.Distances(HeadDistance.Cosine, options), apart.ToMatrix());
    }

    public void Dispose() => model.Dispose();

    private sealed class Both(IAttentionVisitor first, IAttentionVisitor second) : IAttentionVisitor
    {
        public bool NeedsValues => first.NeedsValues || second.NeedsValues;

        public void Visit(LayerMaps maps)
        {
            first.Visit(maps);
            second.Visit(maps);
        }
    }
}
