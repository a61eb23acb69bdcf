using MathNet.Numerics.LinearAlgebra;

namespace AttentionNotebooks;

/// <summary>What shapes a mixture's clusters may have.</summary>
public enum Covariance
{
    /// <summary>Ellipsoids along the feature axes: one variance per feature.</summary>
    Diagonal,

    /// <summary>Ellipsoids of any direction: a whole matrix. Needs many more heads than features.</summary>
    Full,
}

/// <summary>A fitted mixture of Gaussians.</summary>
/// <param name="Weights">Per component, its share.</param>
/// <param name="Means"><c>[k][features]</c>.</param>
/// <param name="Covariances">Per component, <c>[features, features]</c>, regularised.</param>
/// <param name="Responsibilities">Per head the probability of each component, <c>[heads][k]</c>.</param>
/// <param name="LogLikelihood">Σ over heads of ln p(x).</param>
/// <param name="Parameters">Free parameters: weights, means, variances.</param>
public sealed record MixtureFit(double[] Weights, double[][] Means, double[][,] Covariances, double[][] Responsibilities,
    double LogLikelihood, int Parameters)
{
    /// <summary>Per head, its most probable component.</summary>
    public int[] Labels => [.. Responsibilities.Select(r => Array.IndexOf(r, r.Max()))];

    /// <summary>Bayesian information criterion, −2·ln L + p·ln n (Schwarz 1978): the lower, the better for its size.</summary>
    public double Bic => -2 * LogLikelihood + Parameters * Math.Log(Responsibilities.Length);
}

/// <summary>
/// Gaussian mixtures by expectation–maximisation (Dempster, Laird and Rubin 1977) from K-means starts. A constant is added
/// to every variance, so that no component can shrink onto a single head and drive the likelihood to infinity.
/// </summary>
public static class GaussianMixture
{
    /// <summary>Added to every variance by default: of features scaled to variance 1, a tenth of a standard deviation
    /// squared.</summary>
    public const double DefaultRegularisation = 0.01;

    /// <summary>Starts by default; the most likely result counts.</summary>
    public const int DefaultRestarts = 10;

    private const int MaxIterations = 500;
    private const double Tolerance = 1e-7; // nats per head
    private const double Floor = 1e-14; // heads; a component that every head has left keeps a place and divides by no 0

    /// <summary>Fits a mixture.</summary>
    /// <param name="points"><c>[heads][features]</c>, finite.</param>
    /// <param name="k">Components.</param>
    /// <param name="covariance">Their shapes.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <param name="restarts">How many starts.</param>
    /// <param name="regularisation">Added to every variance, above 0.</param>
    /// <exception cref="InputException">k does not fit the heads, or in every start some component is no head's most probable
    /// one.</exception>
    public static MixtureFit Fit(double[][] points, int k, Covariance covariance = Covariance.Diagonal, int seed = 0,
        int restarts = DefaultRestarts, double regularisation = DefaultRegularisation)
    {
        HeadSpace.OfPoints(points).RequireClusters(k);
        if (!(regularisation > 0)) throw new InputException("regularisation", null, $"is {regularisation}", "Choose a number above 0");
        MixtureFit? best = null;
        for (int r = 0; r < restarts; r++)
        {
            int[] start = KMeans.Fit(points, k, seed + r, restarts: 1).Labels;
            var fit = Climb(points, Maximise(points, [.. start.Select(l => Enumerable.Range(0, k).Select(c => c == l ? 1.0 : 0).ToArray())],
                covariance, regularisation), covariance, regularisation);
            if (fit.Labels.Distinct().Count() == k && (best is null || fit.LogLikelihood > best.LogLikelihood + 1e-9)) best = fit;
        }
        return best ?? throw new InputException($"k = {k}", null,
            "components are more than the mixture needs: in every start one of them was no head's most probable one",
                "Choose a smaller k, or another algorithm");
    }

    /// <summary>The mixture's responsibilities and likelihood at given parameters.</summary>
    /// <param name="points"><c>[heads][features]</c>.</param>
    /// <param name="weights">Per component, its share.</param>
    /// <param name="means"><c>[k][features]</c>.</param>
    /// <param name="covariances">Per component, <c>[features, features]</c>, positive definite.</param>
    /// <param name="covariance">Their shapes, which decide the number of parameters.</param>
    public static MixtureFit Expect(double[][] points, double[] weights, double[][] means, double[][,] covariances, Covariance covariance)
    {
        int k = weights.Length, d = points[0].Length;
        var densities = means.Zip(covariances, (m, c) => new Gaussian(m, c)).ToArray();
        double[] logWeights = [.. weights.Select(w => Math.Log(w))];
        double total = 0;
        var responsibilities = new double[points.Length][];
        for (int i = 0; i < points.Length; i++)
        {
            double[] joint = [.. densities.Select((g, c) => logWeights[c] + g.LogDensity(points[i]))];
            double top = joint.Max(), log = top + Math.Log(joint.Sum(j => Math.Exp(j - top)));
            responsibilities[i] = [.. joint.Select(j => Math.Exp(j - log))];
            total += log;
        }
        int perComponent = covariance == Covariance.Full ? d * (d + 1) / 2 : d;
        return new MixtureFit(weights, means, covariances, responsibilities, total, k - 1 + k * d + k * perComponent);
    }

    /// <summary>One step of expectation and maximisation.</summary>
    /// <param name="points"><c>[heads][features]</c>.</param>
    /// <param name="fit">The mixture so far.</param>
    /// <param name="covariance">The shapes of its components.</param>
    /// <param name="regularisation">Added to every variance.</param>
    internal static MixtureFit Step(double[][] points, MixtureFit fit, Covariance covariance, double regularisation) =>
        Maximise(points, fit.Responsibilities, covariance, regularisation);

    private static MixtureFit Climb(double[][] points, MixtureFit fit, Covariance covariance, double regularisation)
    {
        for (int i = 0; i < MaxIterations; i++)
        {
            var next = Step(points, fit, covariance, regularisation);
            bool done = Math.Abs(next.LogLikelihood - fit.LogLikelihood) < Tolerance * points.Length;
            fit = next;
            if (done) break;
        }
        return fit;
    }

    private static MixtureFit Maximise(double[][] points, double[][] r, Covariance covariance, double regularisation)
    {
        int n = points.Length, k = r[0].Length, d = points[0].Length;
        var weights = new double[k];
        var means = new double[k][];
        var covariances = new double[k][,];
        for (int c = 0; c < k; c++)
        {
            double mass = Floor;
            for (int i = 0; i < n; i++) mass += r[i][c];
            weights[c] = mass / n;
            means[c] = new double[d];
            covariances[c] = new double[d, d];
            for (int i = 0; i < n; i++)
                for (int f = 0; f < d; f++) means[c][f] += r[i][c] * points[i][f] / mass;
            for (int i = 0; i < n; i++)
                for (int f = 0; f < d; f++)
                    for (int g = covariance == Covariance.Full ? 0 : f; g <= f; g++)
                        covariances[c][f, g] += r[i][c] * (points[i][f] - means[c][f]) * (points[i][g] - means[c][g]) / mass;
            for (int f = 0; f < d; f++)
            {
                covariances[c][f, f] += regularisation;
                for (int g = 0; g < f; g++) covariances[c][g, f] = covariances[c][f, g];
            }
        }
        return Expect(points, weights, means, covariances, covariance);
    }

    // ln N(x; μ, Σ) by the Cholesky factor L of Σ: |L⁻¹(x − μ)|² and Σ ln L_ii.
    private sealed class Gaussian
    {
        private readonly double[] _mean;
        private readonly double[,] _factor;
        private readonly double _constant;

        public Gaussian(double[] mean, double[,] covariance)
        {
            _mean = mean;
            _factor = Matrix<double>.Build.DenseOfArray(covariance).Cholesky().Factor.ToArray();
            _constant = -0.5 * mean.Length * Math.Log(2 * Math.PI) - Enumerable.Range(0, mean.Length).Sum(f => Math.Log(_factor[f, f]));
        }

        public double LogDensity(double[] x)
        {
            Span<double> y = stackalloc double[x.Length];
            double square = 0;
            for (int f = 0; f < x.Length; f++)
            {
                double v = x[f] - _mean[f];
                for (int g = 0; g < f; g++) v -= _factor[f, g] * y[g];
                y[f] = v / _factor[f, f];
                square += y[f] * y[f];
            }
            return _constant - square / 2;
        }
    }
}
