using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace AttentionNotebooks;

/// <summary>From a cosine to the log-odds that a pair says the same: slope · cosine + intercept.</summary>
/// <param name="Slope">Log-odds per unit of cosine, in nats.</param>
/// <param name="Intercept">Log-odds at cosine 0, in nats.</param>
/// <remarks>
/// Platt (1999), "Probabilistic Outputs for Support Vector Machines", section 2.1: a logistic regression whose targets are
/// (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2) instead of 1 and 0, so that it stays finite where a threshold separates the kinds.
/// </remarks>
public sealed record PairScale(double Slope, double Intercept)
{
    private const double Flat = 1e-9, Converged = 1e-10;
    private const int MostSteps = 200;

    /// <summary>The cosine at which the log-odds are 0; NaN where the slope is 0. Pairs above it are taken for ones that say the same, or
    /// those below it where the slope is negative.</summary>
    public double Threshold => Slope == 0 ? double.NaN : -Intercept / Slope;

    /// <summary>Fits the two numbers.</summary>
    /// <param name="cosines">The pairs' cosines.</param>
    /// <param name="alike">Which pairs say the same.</param>
    /// <exception cref="InputException">There is no pair of one kind, a cosine is not finite, or there are not as many cosines as
    /// kinds.</exception>
    public static PairScale Fit(IReadOnlyList<double> cosines, IReadOnlyList<bool> alike)
    {
        if (cosines.Count != alike.Count)
            throw new InputException("pairs to fit on", null, $"are {cosines.Count} cosines and {alike.Count} kinds",
                "Give one cosine and one kind for every pair");
        if (cosines.Index().FirstOrDefault(c => !double.IsFinite(c.Item), (-1, 0)).Index is >= 0 and var unknown)
            throw new InputException("pairs to fit on", $"pair {unknown}", "has a cosine that is not finite", "Leave the pair out");
        int yes = alike.Count(a => a), no = alike.Count - yes;
        if (yes == 0 || no == 0)
            throw new InputException("pairs to fit on", null, $"are {yes} that say the same and {no} that do not",
                "Give pairs of both kinds");
        double high = (yes + 1.0) / (yes + 2), low = 1 / (no + 2.0), mean = cosines.Average(),
            spread = Math.Sqrt(cosines.Average(c => (c - mean) * (c - mean)));
        double prior = (yes * high + no * low) / alike.Count;
        if (spread < Flat) return new PairScale(0, Math.Log(prior / (1 - prior)));
        double[] x = [.. cosines.Select(c => (c - mean) / spread)], targets = [.. alike.Select(a => a ? high : low)];
        var objective = ObjectiveFunction.GradientHessian(at =>
        {
            double loss = 0, slope = 0, intercept = 0, ss = 0, si = 0, ii = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double z = at[0] * x[i] + at[1], p = 1 / (1 + Math.Exp(-z)), wrong = p - targets[i], w = p * (1 - p);
                loss += LogLoss(z, true) * targets[i] + LogLoss(z, false) * (1 - targets[i]);
                (slope, intercept, ss, si, ii) = (slope + wrong * x[i], intercept + wrong, ss + w * x[i] * x[i], si + w * x[i], ii + w);
            }
            double n = x.Length;
            return (loss / n, Vector<double>.Build.Dense([slope / n, intercept / n]),
                Matrix<double>.Build.Dense(2, 2, [ss / n, si / n, si / n, ii / n]));
        });
        var best = new NewtonMinimizer(Converged, MostSteps, useLineSearch: true)
            .FindMinimum(objective, Vector<double>.Build.Dense([0, Math.Log(prior / (1 - prior))])).MinimizingPoint;
        return new PairScale(best[0] / spread, best[1] - best[0] * mean / spread);
    }

    /// <summary>The log-odds of a cosine.</summary>
    public double LogOdds(double cosine) => Slope * cosine + Intercept;

    /// <summary>−ln of the probability that log-odds give to what is the case, in nats.</summary>
    /// <param name="logOdds">The log-odds of yes.</param>
    /// <param name="yes">What is the case.</param>
    internal static double LogLoss(double logOdds, bool yes)
    {
        double against = yes ? -logOdds : logOdds;
        return Math.Max(against, 0) + Math.Log(1 + Math.Exp(-Math.Abs(against)));
    }
}
