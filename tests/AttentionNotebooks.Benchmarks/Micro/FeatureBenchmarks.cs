using AttentionNotebooks.Benchmarks.Compare;
using BenchmarkDotNet.Attributes;
using TorchSharp;

namespace AttentionNotebooks.Benchmarks.Micro;

/// <summary>One layer's maps of a batch, 16 texts × 12 heads × 128², through a feature.</summary>
[InProcess]
public class FeatureBenchmarks
{
    private torch.Tensor _maps = null!;
    private AttentionText[] _texts = null!;

    /// <summary>The names of the standard features.</summary>
    public static IEnumerable<string> Names => StandardFeatures.All.Select(f => f.Name);

    /// <summary>Which feature.</summary>
    [ParamsSource(nameof(Names))]
    public string Feature { get; set; } = "";

    /// <summary>Makes the maps.</summary>
    [GlobalSetup]
    public void Setup()
    {
        using var layer = DistanceRows.RandomMaps(new HeadGrid(1, 12), 128);
        _maps = layer.unsqueeze(0).expand(16, -1, -1, -1).contiguous();
        _texts = [.. Enumerable.Range(0, 16).Select(i => new AttentionText($"{i}", 128, null))];
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Cleanup() => _maps.Dispose();

    /// <summary>The feature asked alone: most of the standard ones then pay for the pass that all of them share.</summary>
    [Benchmark]
    public void Compute()
    {
        using var scope = torch.NewDisposeScope();
        using var batch = new TextBatch(_texts, [.. Enumerable.Range(0, 16)]);
        using var maps = new LayerMaps(batch, 0, _maps);
        StandardFeatures.Get(Feature).Compute(maps).cpu();
    }
}
