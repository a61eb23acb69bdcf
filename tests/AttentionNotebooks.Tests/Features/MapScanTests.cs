using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Features;

/// <summary>The one pass over a layer's maps gives what each formula gives by itself.</summary>
public class MapScanTests
{
    private const int Heads = 3;

    private static readonly (string Name, Func<LayerMaps, Tensor> Of)[] Sums =
    [
        ("entropy", m => m.RowEntropy()), ("max", m => m.RowMax()), ("spread", m => m.RowSpread()), ("keys", m => m.KeySums()),
        ("distance", DistanceFeatures.MeanDistance.Compute), ("offset", DistanceFeatures.MeanOffset.Compute),
        .. Enumerable.Range(-3, 7).Select(o => ($"diagonal {o}", (Func<LayerMaps, Tensor>)(m => m.OnDiagonal(o)))),
    ];

    // Whole vectors of 16 weights, parts of them, and texts shorter than their batch.
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3, 1), InlineData(15), InlineData(16, 9)]
    [InlineData(17, 16, 2), InlineData(40, 33), InlineData(131, 128)]
    public void Equals_the_formulas_on_tensors(params int[] lengths)
    {
        using var scope = NewDisposeScope();
        var maps = MapsOf(lengths, sharpness: 2);
        using var batch = Batch(lengths);
        using LayerMaps formulas = new(batch, 0, NotScanned(maps)), scan = new(batch, 0, maps);
        Assert.Null(formulas.Scan());
        Assert.NotNull(scan.Scan());
        foreach (var (name, of) in Sums)
        {
            float[] expected = of(formulas).Floats(), scanned = of(scan).Floats();
            // Offsets ahead and behind cancel: what is summed is as large as the distances.
            double scale = (name == "offset" ? DistanceFeatures.MeanDistance.Compute(formulas).Floats() : expected).Max(Math.Abs);
            Assert.True(Farthest(expected, scanned) <= 2e-6 * Math.Max(1, scale), name);
        }
    }

    [Fact]
    public void A_row_on_one_key_has_no_entropy_no_spread_and_all_of_its_weight()
    {
        using var scope = NewDisposeScope();
        var maps = tensor(Maps.Column(20, 19), ScalarType.Float32).view(1, 1, 20, 20);
        using var batch = Batch(20);
        using var layer = new LayerMaps(batch, 0, maps);
        Assert.All(layer.RowEntropy().Floats(), v => Assert.Equal(0, v));
        Assert.All(layer.RowSpread().Floats(), v => Assert.Equal(0, v));
        Assert.All(layer.RowMax().Floats(), v => Assert.Equal(1, v));
        Assert.Equal([.. Enumerable.Repeat(0f, 19), 20f], layer.KeySums().Floats());
        Assert.Equal(9.5f, DistanceFeatures.MeanDistance.Compute(layer).Value<float>());
        Assert.Equal(1 / 20f, layer.OnDiagonal(1).Value<float>());
    }

    [Fact]
    public void Maps_that_lie_otherwise_are_not_read_as_if_they_did_not()
    {
        using var scope = NewDisposeScope();
        var turned = MapsOf([24, 24], sharpness: 1).transpose(-2, -1).contiguous().transpose(-2, -1); // in memory keys come before queries
        Assert.False(MapScan.Takes(turned));
        Assert.False(MapScan.Takes(turned.contiguous().to_type(ScalarType.Float64)));
        using var batch = Batch(24, 24);
        using LayerMaps seen = new(batch, 0, turned), copied = new(batch, 0, turned.contiguous());
        foreach (var (name, of) in Sums)
            Assert.True(Farthest(of(seen).Floats(), of(copied).Floats()) <= 2e-5, name);
    }

    [Fact]
    public void The_same_bits_every_time_and_with_any_number_of_threads()
    {
        using var scope = NewDisposeScope();
        var maps = MapsOf([70, 64, 70, 3], sharpness: 3);
        float[] once = Bits(1);
        foreach (int threads in new[] { 1, 2, 3, 7 })
            for (int i = 0; i < 5; i++) Assert.Equal(once, Bits(threads));

        float[] Bits(int threads)
        {
            using var sums = MapScan.Of(maps, threads);
            return [.. sums.All.SelectMany(t => t.Floats())];
        }
    }

    private static double Farthest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    private static TextBatch Batch(params int[] lengths) =>
        new([.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))], [.. Enumerable.Range(0, lengths.Length)]);

    // The same weights with a gap behind each row, so that the one pass does not take them and formulas go their own way.
    private static Tensor NotScanned(Tensor maps)
    {
        long t = maps.shape[^1];
        var wider = zeros([.. maps.shape[..^1], t + 1]);
        return wider.narrow(-1, 0, t).copy_(maps);
    }

    // Rows of padding are 0 all over, as a source gives them.
    private static Tensor MapsOf(int[] lengths, double sharpness)
    {
        var maps = zeros(lengths.Length, Heads, lengths.Max(), lengths.Max());
        for (int b = 0; b < lengths.Length; b++)
            for (int h = 0; h < Heads; h++)
            {
                using var map = tensor(Maps.Random(lengths[b], 10 * b + h, sharpness), ScalarType.Float32);
                maps[b, h].narrow(0, 0, lengths[b]).narrow(1, 0, lengths[b]).copy_(map);
            }
        return maps;
    }
}
