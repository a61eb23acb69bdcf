using System.Runtime.Intrinsics;

namespace AttentionNotebooks;

/// <summary>Heads in the plane so that neighbours stay neighbours.</summary>
/// <param name="Coordinates"><c>[heads][2]</c>; only who is near whom means anything, not how far groups are apart.</param>
/// <param name="Divergence">KL(P‖Q) in nats, what was minimised.</param>
/// <param name="Perplexity">How many neighbours each head was given, effectively.</param>
/// <param name="Seed">What decided the start.</param>
public sealed record TSneFit(double[][] Coordinates, double Divergence, double Perplexity, int Seed);

/// <summary>
/// t-SNE, exact: van der Maaten and Hinton 2008. Gaussian neighbour probabilities with the same perplexity for every head,
/// Student-t ones in the plane, gradient descent with momentum, gains and early exaggeration, as in their §3.4.
/// </summary>
public static class TSne
{
    private const int ExaggeratedIterations = 250, Iterations = 1000;
    private const double Exaggeration = 12, EarlyMomentum = 0.5, Momentum = 0.8;

    /// <summary>Projects heads into the plane.</summary>
    /// <param name="heads">Points or distances.</param>
    /// <param name="perplexity">Neighbours per head, effectively; from 1 to (heads − 1)/3.</param>
    /// <param name="seed">Decides the start, normal with deviation 10⁻⁴.</param>
    /// <exception cref="InputException">The perplexity does not fit the heads.</exception>
    public static TSneFit Fit(HeadSpace heads, double perplexity = 30, int seed = 0)
    {
        var p = JointProbabilities(heads.Distances, perplexity);
        var random = new Random(seed);
        int n = heads.Count;
        double[][] y = Plane(n, () => 1e-4 * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1)), step = Plane(n, () => 0),
            gain = Plane(n, () => 1);
        double rate = Math.Max(n / Exaggeration / 4, 50); // Belkina et al. 2019
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            bool early = iteration < ExaggeratedIterations;
            var gradient = Gradient(p, y, early ? Exaggeration : 1, out _);
            for (int i = 0; i < n; i++)
                for (int c = 0; c < 2; c++)
                {
                    gain[i][c] = Math.Max(0.01, Math.Sign(gradient[i][c]) == Math.Sign(step[i][c]) ? gain[i][c] * 0.8 : gain[i][c] + 0.2);
                    step[i][c] = (early ? EarlyMomentum : Momentum) * step[i][c] - rate * gain[i][c] * gradient[i][c];
                    y[i][c] += step[i][c];
                }
        }
        for (int c = 0; c < 2; c++)
        {
            double mean = y.Average(v => v[c]);
            foreach (var v in y) v[c] -= mean;
        }
        return new TSneFit(y, Divergence(p, y).Value, perplexity, seed);
    }

    /// <summary>p_ij = (p_j|i + p_i|j)/(2n), with each head's width found by bisection so that its neighbours have the
    /// perplexity.</summary>
    /// <param name="distances"><c>[heads, heads]</c>.</param>
    /// <param name="perplexity">2 to the entropy in bits, that is e to the entropy in nats.</param>
    /// <returns><c>[heads, heads]</c>, summing to 1.</returns>
    /// <exception cref="InputException">The perplexity does not fit the heads.</exception>
    public static double[,] JointProbabilities(double[,] distances, double perplexity)
    {
        int n = distances.GetLength(0);
        if (!(perplexity >= 1) || perplexity > (n - 1) / 3.0)
            throw new InputException("perplexity", null, FormattableString.Invariant($"{perplexity} does not fit {n} heads"),
                FormattableString.Invariant($"Choose from 1 to a third of the heads, {(n - 1) / 3.0:0.#}"));
        var joint = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            double[] conditional = Neighbours(distances, i, Math.Log(perplexity));
            for (int j = 0; j < n; j++)
            {
                joint[i, j] += conditional[j] / (2 * n);
                joint[j, i] += conditional[j] / (2 * n);
            }
        }
        return joint;
    }

    /// <summary>KL(P‖Q) in nats of coordinates, and its gradient 4 Σ_j (p_ij − q_ij)(y_i − y_j)/(1 + |y_i − y_j|²).</summary>
    /// <param name="p">Joint probabilities, <c>[heads, heads]</c>.</param>
    /// <param name="y"><c>[heads][2]</c>.</param>
    /// <param name="exaggeration">Factor on p in the gradient.</param>
    public static (double Value, double[][] Gradient) Divergence(double[,] p, double[][] y, double exaggeration = 1)
    {
        int n = y.Length;
        var gradient = Gradient(p, y, exaggeration, out double total);
        double value = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                if (i == j || p[i, j] == 0) continue;
                value += p[i, j] * Math.Log(p[i, j] * total * (1 + KMeans.SquaredDistance(y[i], y[j])));
            }
        return (value, gradient);
    }

    // With w_ij = 1/(1 + |y_i − y_j|²) and q_ij = w_ij/Σw the gradient is 4 (Σ_j p_ij·w_ij·(y_i − y_j) − Σ_j w_ij²·(y_i − y_j)/Σw):
    // one pass over the pairs, eight at a time, with Σw along the way. A head beside itself adds 1 to Σw, taken off again.
    private static double[][] Gradient(double[,] p, double[][] y, double exaggeration, out double total)
    {
        int n = y.Length, lanes = Vector512<double>.Count;
        double[] xs = [.. y.Select(v => v[0])], ys = [.. y.Select(v => v[1])];
        double[][] attraction = new double[n][], repulsion = new double[n][];
        total = -n;
        for (int i = 0; i < n; i++)
        {
            Vector512<double> x = Vector512.Create(xs[i]), z = Vector512.Create(ys[i]), near = default, pullX = default, pullY = default,
                pushX = default, pushY = default;
            int j = 0;
            for (; j <= n - lanes; j += lanes)
            {
                Vector512<double> dx = x - Vector512.LoadUnsafe(ref xs[j]), dy = z - Vector512.LoadUnsafe(ref ys[j]);
                var w = Vector512<double>.One / (Vector512<double>.One + dx * dx + dy * dy);
                Vector512<double> pull = Vector512.LoadUnsafe(ref p[i, j]) * w, push = w * w;
                near += w;
                (pullX, pullY, pushX, pushY) = (pullX + pull * dx, pullY + pull * dy, pushX + push * dx, pushY + push * dy);
            }
            total += Vector512.Sum(near);
            double[] pulls = [Vector512.Sum(pullX), Vector512.Sum(pullY)], pushes = [Vector512.Sum(pushX), Vector512.Sum(pushY)];
            for (; j < n; j++)
            {
                double dx = xs[i] - xs[j], dy = ys[i] - ys[j], w = 1 / (1 + dx * dx + dy * dy);
                total += w;
                (pulls[0], pulls[1], pushes[0], pushes[1]) =
                    (pulls[0] + p[i, j] * w * dx, pulls[1] + p[i, j] * w * dy, pushes[0] + w * w * dx, pushes[1] + w * w * dy);
            }
            (attraction[i], repulsion[i]) = (pulls, pushes);
        }
        for (int i = 0; i < n; i++)
            for (int c = 0; c < 2; c++) attraction[i][c] = 4 * (exaggeration * attraction[i][c] - repulsion[i][c] / total);
        return attraction;
    }

    // p_j|i ∝ exp(−β·d²): β is doubled or halved until it brackets the entropy, then bisected.
    private static double[] Neighbours(double[,] distances, int i, double entropy)
    {
        int n = distances.GetLength(0);
        double least = Enumerable.Range(0, n).Where(j => j != i).Min(j => distances[i, j] * distances[i, j]);
        double beta = 1, low = 0, high = double.PositiveInfinity;
        var p = new double[n];
        for (int step = 0; step < 200; step++)
        {
            double sum = 0, weighted = 0;
            for (int j = 0; j < n; j++)
            {
                // From the nearest head on: the same probabilities, and never 0/0.
                double d = distances[i, j] * distances[i, j] - least;
                p[j] = j == i ? 0 : Math.Exp(-beta * d);
                sum += p[j];
                if (p[j] > 0) weighted += p[j] * d;
            }
            double off = Math.Log(sum) + beta * weighted / sum - entropy;
            for (int j = 0; j < n; j++) p[j] /= sum;
            if (Math.Abs(off) < 1e-12) break;
            if (off > 0) (low, beta) = (beta, double.IsInfinity(high) ? beta * 2 : (beta + high) / 2);
            else (high, beta) = (beta, (low + beta) / 2);
        }
        return p;
    }

    private static double[][] Plane(int n, Func<double> value) => [.. Enumerable.Range(0, n).Select(_ => new[] { value(), value() })];
}
