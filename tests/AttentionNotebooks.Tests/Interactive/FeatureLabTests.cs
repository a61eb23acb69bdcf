using AttentionNotebooks.Tests.Attention;
using AttentionNotebooks.Tests.Features;
using TorchSharp;

namespace AttentionNotebooks.Tests.Interactive;

/// <summary>The laboratory: what it says of a feature, and that it looks at the source once.</summary>
public class FeatureLabTests
{
    private static readonly HeadFeature Far =
        new("far", "share", (a, t) => t.Weighted(a, t.Distance.gt(5).to_type(torch.ScalarType.Float32)));

    [Fact]
    public void A_known_feature_under_another_name_ranks_the_heads_as_it_does()
    {
        using var lab = new FeatureLab(Source());
        var report = lab.Try(new HeadFeature("mine", "tokens", (_, t) => DistanceFeatures.MeanDistance.Compute(t)));
        Assert.Equal(lab.Known.Column("mean_distance").Values, report.Table.Column("mine").Values);
        Assert.Equal(1, report.Correlations.Single(c => c.Feature == "mean_distance").Correlation, 1e-12);
        Assert.Equal(lab.Known.Highest("mean_distance", 3), report.Highest);
        Assert.Equal(lab.Known.Lowest("mean_distance", 3), report.Lowest);
        Assert.All(report.Correlations.Zip(report.Correlations.Skip(1)),
            p => Assert.True(Math.Abs(p.First.Correlation) >= Math.Abs(p.Second.Correlation)));
    }

    [Fact]
    public void A_known_formula_written_in_another_way_differs_by_rounding_alone()
    {
        using var lab = new FeatureLab(Source());
        var report = lab.Try(new HeadFeature("mine", "tokens", (a, t) => t.Weighted(a, t.Distance)));
        Assert.All(lab.Known.Column("mean_distance").Zip(report.Table.Column("mine")), v => Assert.Equal(v.First, v.Second, 1e-6));
        Assert.Equal(1, report.Correlations.Single(c => c.Feature == "mean_distance").Correlation, 1e-12);
        Assert.Equal(lab.Known.Highest("mean_distance", 3).Select(h => h.Head), report.Highest.Select(h => h.Head));
        Assert.Equal(lab.Known.Lowest("mean_distance", 3).Select(h => h.Head), report.Lowest.Select(h => h.Head));
    }

    [Fact]
    public void Values_are_those_of_an_extraction_and_the_clustering_is_that_with_one_more_column()
    {
        var source = Source();
        using var lab = new FeatureLab(source, clusters: 3, seed: 2);
        var report = lab.Try(Far);
        Assert.Equal(source.Extract([Far]).Column("far"), report.Table.Column("far"));
        Assert.Equal([.. StandardFeatures.ForClustering, "far"], report.Clustering!.With.Table.Features);
        Assert.Equal(Validity.AdjustedRand(lab.Default.Labels, report.Clustering.With.Labels), report.Clustering.AdjustedRand);
        Assert.Equal(3, report.Clustering.With.Clusters.Count);
        Assert.InRange(report.Clustering.Control, -1, 1);
        for (int h = 0; h < source.Grid.Count; h++)
            Assert.InRange(report.Table.Column("far")[h], report.Intervals!.Low[h], report.Intervals.High[h]);
    }

    [Fact]
    public void The_source_is_visited_once_however_many_features_are_tried()
    {
        var source = new Counted(Source());
        using var lab = new FeatureLab(source);
        for (int i = 0; i < 3; i++) lab.Try(Far);
        Assert.Equal(1, source.Visits);
    }

    [Fact]
    public void A_folder_keeps_maps_and_known_features_for_the_next_time()
    {
        using var folder = new TestFolder();
        var source = new Counted(Source());
        string first, second;
        using (var lab = new FeatureLab(source, folder: folder.Root)) first = lab.Known.ToCsv();
        using (var lab = new FeatureLab(source, folder: folder.Root)) second = lab.Known.ToCsv();
        Assert.Equal(1, source.Visits);
        Assert.Equal(first, second);
        Assert.Equal([".json", ".maps", ".npz"], Directory.GetFiles(folder.Root).Select(Path.GetExtension).Order());
    }

    [Fact]
    public void A_feature_that_is_the_same_everywhere_parts_nothing()
    {
        using var lab = new FeatureLab(Source());
        var report = lab.Try(new HeadFeature("ones", "share", (a, t) => t.MeanOverQueries(a.sum(dim: -1)).mul(0).add(1)));
        Assert.Null(report.Clustering);
        Assert.Empty(report.Correlations);
    }

    [Fact]
    public void Mapped_maps_are_the_sources_bit_for_bit_in_batches_of_any_size_and_leave_no_file()
    {
        using var folder = new TestFolder();
        using var model = LiveAttentionTests.Model(folder);
        var source = new LiveAttention(model, ["the cat sat", "a dog", "the dog playing, the cat played a cat"]);
        int before = Directory.GetFiles(Path.GetTempPath(), "attention-notebooks-*.maps").Length;
        using (var mapped = MappedMaps.Compute(source))
        {
            var features = FeatureCatalogue.For(source).Possible(source).Where(f => f != StabilityFeatures.ContentShare).ToArray();
            Assert.Contains(ValueFeatures.NormDistance, features);
            Assert.Equal(source.Extract(features).ToCsv(), mapped.Extract(features).ToCsv());
            Assert.Equal(source.Extract(features).ToCsv(), mapped.Extract(features, new VisitOptions(Shards: 1, TokensPerBatch: 2048))
                .ToCsv());
            var (one, all) = (mapped.Extract(features, new VisitOptions(TokensPerBatch: 1)), mapped.Extract(features));
            foreach (string f in one.Features) Assert.All(one.Column(f).Zip(all.Column(f)), v => Assert.Equal(v.First, v.Second, 1e-4));
            Assert.Equal(source.Maps(2)[1, 3], mapped.Maps(2)[1, 3]);
        }
        // another test may have one open
        Assert.InRange(Directory.GetFiles(Path.GetTempPath(), "attention-notebooks-*.maps").Length, 0, before + 1);
    }

    private static MapsInMemory Source() =>
        new(new HeadGrid(4, 4), [.. Enumerable.Range(0, 5).Select(t => new AttentionText($"{t}", 11 + t, null))],
            (t, h) => Maps.Random(11 + t, 100 * t + 10 * h.Layer + h.Index, 0.5 + h.Index));

    private sealed class Counted(MapsInMemory inner) : IAttentionSource
    {
        public int Visits { get; private set; }

        public HeadGrid Grid => inner.Grid;

        public IReadOnlyList<AttentionText> Texts => inner.Texts;

        public string Fingerprint => inner.Fingerprint;

        public TextMaps Maps(int text) => inner.Maps(text);

        public void Visit(IAttentionVisitor visitor, VisitOptions? options = null, IProgress<VisitProgress>? progress = null,
            CancellationToken cancellation = default)
        {
            Visits++;
            inner.Visit(visitor, options, progress, cancellation);
        }
    }
}
