using AttentionNotebooks.Benchmarks.Compare;
using BenchmarkDotNet.Attributes;

namespace AttentionNotebooks.Benchmarks.Micro;

/// <summary>Silhouettes of 384 points in 7 clusters.</summary>
[InProcess]
public class SilhouetteBenchmarks
{
    private readonly double[][] _points = ClusteringRows.RandomPoints();
    private readonly int[] _labels = [.. Enumerable.Range(0, 384).Select(i => i % 7)];

    /// <summary>Distances included.</summary>
    [Benchmark]
    public double[] Silhouettes() => Validity.Silhouettes(_points, _labels);
}
