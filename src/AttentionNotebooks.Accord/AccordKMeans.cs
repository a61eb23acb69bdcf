using Accord.MachineLearning;
using Accord.Math.Distances;

namespace AttentionNotebooks.AccordEngine;

/// <summary>
/// K-means of Accord.MachineLearning 3.8.0: many k-means++ starts, of which Accord itself makes one; a bound on the
/// iterations, which it leaves open; starts that leave a cluster empty, whose centre it moves to the origin, do not count.
/// </summary>
public sealed class AccordKMeans : IClusterAlgorithm
{
    private const int Restarts = 50, MaxIterations = 300;
    private const double Tolerance = 1e-5;

    /// <inheritdoc/>
    public string Name => "accord-kmeans";

    /// <inheritdoc/>
    public string Method => $"K-means of Accord.MachineLearning 3.8.0, best of {Restarts} k-means++ starts";

    /// <inheritdoc/>
    public bool TakesDistances => false;

    /// <inheritdoc/>
    public int[] Fit(HeadSpace heads, int k, int seed = 0)
    {
        heads.RequireClusters(k); // before Accord, which throws ArgumentException, and puts every row into cluster 0 for a NaN
        var points = heads.PointsFor(Name);
        return Starts.Best(Name, points, k, seed, Restarts, copy =>
        {
            var kmeans = new Accord.MachineLearning.KMeans(k, new SquareEuclidean())
                { UseSeeding = Seeding.KMeansPlusPlus, MaxIterations = MaxIterations, Tolerance = Tolerance };
            kmeans.ParallelOptions.MaxDegreeOfParallelism = 1; // otherwise sums in another order give other bits
            return kmeans.Learn(copy).Decide(copy);
        }, labels => -Validity.Inertia(points, labels));
    }
}
