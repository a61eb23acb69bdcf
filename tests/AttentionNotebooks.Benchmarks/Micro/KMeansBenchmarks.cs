using AttentionNotebooks.Benchmarks.Compare;
using BenchmarkDotNet.Attributes;

namespace AttentionNotebooks.Benchmarks.Micro;

/// <summary>K-means with 50 restarts on 384 points of 30 dimensions.</summary>
[InProcess]
public class KMeansBenchmarks
{
    private readonly double[][] _points = ClusteringRows.RandomPoints();

    /// <summary>Clusters.</summary>
    [Params(2, 7, 12)]
    public int K { get; set; }

    /// <summary>The fit.</summary>
    [Benchmark]
    public double Fit() => KMeans.Fit(_points, K).Inertia;
}
