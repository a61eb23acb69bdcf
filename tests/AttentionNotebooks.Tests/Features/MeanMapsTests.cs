namespace AttentionNotebooks.Tests.Features;

/// <summary>Mean maps: bins, shapes of planted heads, the file.</summary>
public class MeanMapsTests
{
    // Two layers of three heads on five texts of different lengths.
    private static readonly MapsInMemory Source =
        new(new HeadGrid(2, 3), [.. Enumerable.Range(0, 5).Select(t => new AttentionText($"{t}", 4 + t, null))],
        (t, h) => h.Index == 0 ? Maps.Previous(4 + t) : Maps.Random(4 + t, 100 * t + 10 * h.Layer + h.Index));

    [Fact]
    public void Positions_are_shared_out_over_bins_without_loss()
    {
        // Three positions on two bins: the middle one is split.
        Assert.Equal([1, 0.5f, 0, 0, 0.5f, 1], MeanMaps.Shares(3, 2, perBin: false));
        Assert.Equal([2 / 3f, 1 / 3f, 0, 0, 1 / 3f, 2 / 3f], MeanMaps.Shares(3, 2, perBin: true));
    }

    [Fact]
    public void Mean_maps_are_maps_and_keep_the_shape_of_a_head()
    {
        var maps = MeanMaps.Compute(Source, bins: 12);
        foreach (var head in Source.Grid.All())
            for (int q = 0; q < 12; q++) Assert.Equal(1, Enumerable.Range(0, 12).Sum(k => maps[head][q, k]), 1e-5);
        // A head that looks back one token has nothing ahead of the diagonal but what the coarse tokens blur.
        Assert.Equal(0, Enumerable.Range(0, 12).Sum(q => Enumerable.Range(0, 12).Where(k => k > q + 3)
            .Sum(k => maps[new Head(0, 0)][q, k])), 1e-5);
        // As many bins as tokens: the map itself.
        var single = MapsInMemory.Single(Maps.Random(7, 3));
        var same = MeanMaps.Compute(single, 7)[new Head(0, 0)];
        Assert.Equal(Maps.Random(7, 3)[2, 5], same[2, 5], 1e-6);
        Assert.Equal((maps[new Head(0, 0)][4, 3] + maps[new Head(1, 2)][4, 3]) / 2, maps.Mean([new Head(0, 0), new Head(1, 2)])[4, 3],
            1e-6);
    }

    [Fact]
    public void Mean_maps_are_written_and_read()
    {
        using var folder = new TestFolder();
        MeanMaps.Compute(Source, 5).Write(folder["m.npz"]);
        Assert.Equal(MeanMaps.Compute(Source, 5)[new Head(1, 1)], MeanMaps.Read(folder["m.npz"])[new Head(1, 1)]);
        Npz.Write(folder["v.npz"], [("entropy", stream => NpyArray.Write(stream, [1, 2, 3], new float[6]))]);
        Assert.Contains("entry maps", Assert.Throws<InputException>(() => MeanMaps.Read(folder["v.npz"])).Message);
    }
}
