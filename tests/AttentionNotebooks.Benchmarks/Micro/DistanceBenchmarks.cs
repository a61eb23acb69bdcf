using AttentionNotebooks.Benchmarks.Compare;
using BenchmarkDotNet.Attributes;
using TorchSharp;

namespace AttentionNotebooks.Benchmarks.Micro;

/// <summary>All pairs of 144 heads on one text.</summary>
[InProcess]
public class DistanceBenchmarks
{
    private torch.Tensor _maps = null!;

    /// <summary>Tokens of the text.</summary>
    [Params(32, 128)]
    public int Tokens { get; set; }

    /// <summary>Makes the maps.</summary>
    [GlobalSetup]
    public void Setup() => _maps = DistanceRows.RandomMaps(new HeadGrid(12, 12), Tokens);

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Cleanup() => _maps.Dispose();

    /// <summary>Jensen–Shannon.</summary>
    [Benchmark(Baseline = true)]
    public double[] JensenShannon() => DistanceRows.Matrix(HeadDistance.JensenShannon, _maps);

    /// <summary>Wasserstein-1.</summary>
    [Benchmark]
    public double[] Wasserstein() => DistanceRows.Matrix(HeadDistance.Wasserstein, _maps);
}
