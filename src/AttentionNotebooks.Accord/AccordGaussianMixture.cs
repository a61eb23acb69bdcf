using Accord.MachineLearning;
using Accord.Statistics.Distributions.Fitting;

namespace AttentionNotebooks.AccordEngine;

/// <summary>
/// The Gaussian mixture of Accord.MachineLearning 3.8.0, full covariances, on one thread (on several the same seed gives
/// other labels), with a bound on the iterations and a constant on every variance; starts in which a covariance is singular
/// or a component wins no head do not count.
/// </summary>
public sealed class AccordGaussianMixture : IClusterAlgorithm
{
    private const int Restarts = 10, MaxIterations = 200;
    private const double Tolerance = 1e-3;

    /// <inheritdoc/>
    public string Name => "accord-gmm";

    /// <inheritdoc/>
    public string Method => $"Gaussian mixture of Accord.MachineLearning 3.8.0, full covariances, best of {Restarts} starts";

    /// <inheritdoc/>
    public bool TakesDistances => false;

    /// <inheritdoc/>
    public int[] Fit(HeadSpace heads, int k, int seed = 0)
    {
        heads.RequireClusters(k); // before Accord, which throws AggregateException
        var points = heads.PointsFor(Name);
        double likelihood = double.NegativeInfinity;
        return Starts.Best(Name, points, k, seed, Restarts, copy =>
        {
            var model = new GaussianMixtureModel(k)
            {
                MaxIterations = MaxIterations, Tolerance = Tolerance, Initializations = 1,
                Options = new NormalOptions { Regularization = GaussianMixture.DefaultRegularisation },
            };
            model.ParallelOptions.MaxDegreeOfParallelism = 1;
            var fit = model.Learn(copy);
            double[][,] covariances = [.. fit.Covariance.Select(Square)];
            likelihood = GaussianMixture.Expect(points, fit.Proportions, fit.Means, covariances, Covariance.Full).LogLikelihood;
            return fit.Decide(copy);
        }, _ => likelihood);
    }

    private static double[,] Square(double[][] rows)
    {
        var square = new double[rows.Length, rows.Length];
        for (int i = 0; i < rows.Length; i++)
            for (int j = 0; j < rows.Length; j++) square[i, j] = rows[i][j];
        return square;
    }
}
