using AttentionNotebooks.Benchmarks.Compare;
using BenchmarkDotNet.Attributes;

namespace AttentionNotebooks.Benchmarks.Micro;

/// <summary>Exact t-SNE of 384 points.</summary>
[InProcess]
public class TSneBenchmarks
{
    private readonly HeadSpace _points = HeadSpace.OfPoints(ClusteringRows.RandomPoints());

    /// <summary>A whole fit.</summary>
    [Benchmark]
    public double Fit() => TSne.Fit(_points).Divergence;
}
