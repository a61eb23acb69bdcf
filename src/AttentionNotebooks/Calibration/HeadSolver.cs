using System.Globalization;
using MathNet.Numerics.RootFinding;

namespace AttentionNotebooks;

/// <summary>A setting that was solved for.</summary>
/// <param name="Before">The feature before.</param>
/// <param name="After">The feature with it.</param>
internal sealed record HeadSolution(HeadCalibration Setting, double Before, double After);

/// <summary>Finds the temperature or the prior that gives a head a wanted feature value: by bracketing, then by Brent's method.</summary>
/// <remarks>Brent (1973), "Algorithms for Minimization without Derivatives", chapter 4, as MathNet has it.</remarks>
internal static class HeadSolver
{
    private const int GridPoints = 41, MostSteps = 200;
    private const double Accuracy = 1e-9, MostLog = 6.907755278982137 /* ln 1000 */, MostStrength = 50, MostCentre = 64;

    /// <summary>Solves.</summary>
    /// <param name="scores">The head's scores.</param>
    /// <param name="setting">The setting to start from; all but the knob stays as it is.</param>
    /// <param name="target">Its wanted value.</param>
    /// <param name="knob">What is turned.</param>
    /// <returns>Of several solutions the one next to where the knob stands.</returns>
    /// <exception cref="InputException">The knob cannot give the feature this value, the head has no bump to turn, or the feature cannot be
    /// computed.</exception>
    public static HeadSolution Solve(HeadScores scores, HeadCalibration setting, HeadFeature feature, double target,
        Knob knob = Knob.Temperature)
    {
        if (!double.IsFinite(target))
            throw new InputException($"feature \"{feature.Name}\"", null, $"cannot be {target}", "Ask for a number");
        var (start, low, high, turned) = Range(setting, knob, scores.Head);
        double Difference(double x) => scores.Feature(feature, turned(x)) - target;
        double before = scores.Feature(feature, setting);
        if (before == target) return new HeadSolution(setting, before, before);
        double[] grid = [.. Enumerable.Range(0, GridPoints).Select(i => low + (high - low) * i / (GridPoints - 1))
            .Append(Math.Clamp(start, low, high)).Distinct().Order()];
        double[] at = [.. grid.Select(Difference)];
        int[] brackets = [.. Enumerable.Range(0, grid.Length - 1)
            .Where(i => at[i] == 0 || at[i + 1] == 0 || Math.Sign(at[i]) != Math.Sign(at[i + 1]))];
        if (brackets.Length == 0)
            throw new InputException($"head {scores.Head}", null,
                string.Create(CultureInfo.InvariantCulture,
                    $"cannot have {feature.Name} {target:G6} by its {knob.ToString().ToLowerInvariant()}: it goes from "
                        + $"{at.Min() + target:G6} to {at.Max() + target:G6}"), "Ask for a value between, or turn another knob");
        int nearest = brackets.MinBy(i => start < grid[i] ? grid[i] - start : start > grid[i + 1] ? start - grid[i + 1] : 0);
        double root = at[nearest] == 0 ? grid[nearest] : at[nearest + 1] == 0 ? grid[nearest + 1]
            : Brent.TryFindRoot(Difference, grid[nearest], grid[nearest + 1], Accuracy, MostSteps, out double found) ? found
            : (grid[nearest] + grid[nearest + 1]) / 2;
        return new HeadSolution(turned(root), before, Difference(root) + target);
    }

    // Where the knob stands, how far it goes, and the setting with it elsewhere. A temperature is searched for as −ln τ.
    private static (double Start, double Low, double High, Func<double, HeadCalibration> Turned) Range(HeadCalibration setting, Knob knob,
        Head head)
    {
        if (knob == Knob.Temperature)
            return (Math.Log(Math.Max(setting.Scale, 1e-9)), -MostLog, MostLog, x => setting with { Temperature = 1 / Math.Exp(x) });
        if (setting.Priors.Count == 0 || setting.Priors[^1] is not GaussianPrior bump)
            throw new InputException($"head {head}", null, "has no bump whose strength or centre could be turned",
                "Set one first: new HeadCalibration().With(new GaussianPrior(centre, width, strength))");
        HeadCalibration With(GaussianPrior prior) => setting with { Priors = [.. setting.Priors.SkipLast(1), prior] };
        return knob == Knob.Strength
            ? (bump.Strength, -MostStrength, MostStrength, x => With(bump with { Strength = x }))
            : (bump.Centre, -MostCentre, MostCentre, x => With(bump with { Centre = x }));
    }
}
