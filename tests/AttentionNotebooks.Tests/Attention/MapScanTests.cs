using AttentionNotebooks.Attention;
using AttentionNotebooks.Tests.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Tests.Attention;

/// <summary>The one pass over a layer's maps gives what each formula gives by itself.</summary>
public class MapScanTests
{
    private const int Heads = 3;

    private static readonly (string Name, Func<TextBatch, Tensor, Tensor> Of)[] Sums =
    [
        ("entropy", (b, a) => b.RowEntropy(a)), ("max", (b, a) => b.RowMax(a)), ("spread", (b, a) => b.RowSpread(a)), ("keys", (b, a) => b.KeySums(a)),
        ("distance", (b, a) => b.MeanDistance(a)), ("offset", (b, a) => b.MeanOffset(a)),
        .. Enumerable.Range(-3, 7).Select(o => ($"diagonal {o}", (Func<TextBatch, Tensor, Tensor>)((b, a) => b.OnDiagonal(a, o)))),
    ];

    // Whole vectors of 16 weights, parts of them, and texts shorter than their batch.
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3, 1), InlineData(15), InlineData(16, 9), InlineData(17, 16, 2), InlineData(40, 33), InlineData(131, 128)]
    public void Equals_the_formulas_on_tensors(params int[] lengths)
    {
        using var scope = NewDisposeScope();
        var maps = MapsOf(lengths, sharpness: 2);
        using TextBatch alone = Batch(lengths), layer = Batch(lengths);
        layer.Enter(0, maps);
        foreach (var (name, of) in Sums)
        {
            float[] expected = Numbers(of(alone, maps)), scanned = Numbers(of(layer, maps));
            // Offsets ahead and behind cancel: what is summed is as large as the distances.
            double scale = (name == "offset" ? Numbers(alone.MeanDistance(maps)) : expected).Max(Math.Abs);
            Assert.True(Farthest(expected, scanned) <= 2e-6 * Math.Max(1, scale), name);
        }
    }

    [Fact]
    public void A_row_on_one_key_has_no_entropy_no_spread_and_all_of_its_weight()
    {
        using var scope = NewDisposeScope();
        var maps = tensor(Maps.Column(20, 19), ScalarType.Float32).view(1, 1, 20, 20);
        using var layer = Batch(20);
        layer.Enter(0, maps);
        Assert.All(Numbers(layer.RowEntropy(maps)), v => Assert.Equal(0, v));
        Assert.All(Numbers(layer.RowSpread(maps)), v => Assert.Equal(0, v));
        Assert.All(Numbers(layer.RowMax(maps)), v => Assert.Equal(1, v));
        Assert.Equal([.. Enumerable.Repeat(0f, 19), 20f], Numbers(layer.KeySums(maps)));
        Assert.Equal(9.5f, layer.MeanDistance(maps).item<float>());
        Assert.Equal(1 / 20f, layer.OnDiagonal(maps, 1).item<float>());
    }

    [Fact]
    public void Maps_that_lie_otherwise_are_not_read_as_if_they_did_not()
    {
        using var scope = NewDisposeScope();
        var turned = MapsOf([24, 24], sharpness: 1).transpose(-2, -1).contiguous().transpose(-2, -1); // in memory keys come before queries
        Assert.False(MapScan.Takes(turned));
        Assert.False(MapScan.Takes(turned.contiguous().to_type(ScalarType.Float64)));
        using TextBatch seen = Batch(24, 24), copied = Batch(24, 24);
        var copy = turned.contiguous();
        seen.Enter(0, turned);
        copied.Enter(0, copy);
        foreach (var (name, of) in Sums)
            Assert.True(Farthest(Numbers(of(seen, turned)), Numbers(of(copied, copy))) <= 2e-5, name);
    }

    [Fact]
    public void The_same_bits_every_time()
    {
        using var scope = NewDisposeScope();
        var maps = MapsOf([70, 64, 70, 3], sharpness: 3);
        float[] once = Bits();
        for (int i = 0; i < 20; i++) Assert.Equal(once, Bits());

        float[] Bits()
        {
            using var layer = Batch(70, 64, 70, 3);
            layer.Enter(0, maps);
            return [.. Sums.SelectMany(s => Numbers(s.Of(layer, maps)))];
        }
    }

    private static float[] Numbers(Tensor of) => of.contiguous().data<float>().ToArray();

    private static double Farthest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    private static TextBatch Batch(params int[] lengths) => new([.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))], [.. Enumerable.Range(0, lengths.Length)]);

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
