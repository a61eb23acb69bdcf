using AttentionNotebooks.Tests.Features;
using TorchSharp;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>The one loop in which all sources show their maps.</summary>
public class VisitLoopTests
{
    private static readonly HeadGrid Grid = new(3, 2);
    private static readonly int[] Lengths = [4, 2, 9, 3];

    [Fact]
    public void A_visitor_sees_every_text_once_and_the_layers_in_order()
    {
        var seen = new List<(int Layer, string Texts)>();
        Source().Visit(new Each(m => seen.Add((m.Layer, string.Join(' ', m.Batch.Indices)))), new VisitOptions(TokensPerBatch: 8));
        string[] batches = [.. seen.Select(s => s.Texts).Distinct()];
        Assert.True(batches.Length > 1);
        Assert.Equal(batches.SelectMany(b => Enumerable.Range(0, Grid.Layers).Select(l => (l, b))), seen);
        Assert.Equal(["0", "1", "2", "3"], batches.SelectMany(b => b.Split(' ')).Order());
    }

    [Fact]
    public void Progress_is_reported_after_each_batch_and_reaches_the_shard_s_texts()
    {
        var reports = new List<VisitProgress>();
        Source().Visit(new Each(_ => { }), new VisitOptions(TokensPerBatch: 1, Shard: 1, Shards: 2), new Report(reports.Add));
        Assert.Equal([(1, 2), (2, 2)], reports.Select(r => (r.TextsDone, r.Texts)));
    }

    [Fact]
    public void A_cancelled_visit_ends_before_the_next_layer()
    {
        using var stop = new CancellationTokenSource();
        int layers = 0;
        Assert.Throws<OperationCanceledException>(() => Source().Visit(new Each(_ =>
        {
            if (++layers == 2) stop.Cancel();
        }), cancellation: stop.Token));
        Assert.Equal(2, layers);
    }

    [Fact]
    public void What_a_visitor_leaves_behind_goes_with_its_layer()
    {
        torch.Tensor? left = null;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Source().Visit(new Each(m =>
        {
            Assert.True(left?.IsInvalid ?? true);
            left = m.Probabilities.exp();
        }));
        Assert.True(left!.IsInvalid);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    // An archive and a mapped file pad what they read; maps in memory are padded by the test itself.
    [Fact]
    public void Saved_and_mapped_maps_come_padded_as_the_maps_in_memory_do()
    {
        using var folder = new TestFolder();
        var source = Source();
        MapWriter.Save(source, folder["maps.npz"]);
        using var mapped = MappedMaps.Compute(source);
        float[][] expected = Weights(source);
        Assert.Equal(expected, Weights(mapped));
        // An archive divides each row by its sum, which moves a last bit.
        foreach (var (own, saved) in expected.Zip(Weights(MapArchive.Open(folder["maps.npz"]))))
            Assert.All(own.Zip(saved), w => Assert.Equal(w.First, w.Second, 1e-6f));

        static float[][] Weights(IAttentionSource source)
        {
            var all = new List<float[]>();
            source.Visit(new Each(m => all.Add(m.Probabilities.Floats())));
            return [.. all];
        }
    }

    private static MapsInMemory Source() => new(Grid, [.. Lengths.Select((n, i) => new AttentionText($"{i}", n, null))],
        (t, h) => Maps.Random(Lengths[t], 100 * t + 10 * h.Layer + h.Index));

    private sealed class Each(Action<LayerMaps> visit) : IAttentionVisitor
    {
        public void Visit(LayerMaps maps) => visit(maps);
    }

    private sealed class Report(Action<VisitProgress> report) : IProgress<VisitProgress>
    {
        void IProgress<VisitProgress>.Report(VisitProgress value) => report(value);
    }
}
