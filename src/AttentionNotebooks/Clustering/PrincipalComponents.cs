using MathNet.Numerics.LinearAlgebra;

namespace AttentionNotebooks;

/// <summary>Principal component analysis of scaled head features: a picture of the heads, and how much of them it shows. Pearson
/// 1901.</summary>
/// <param name="Coordinates"><c>[heads][components]</c>.</param>
/// <param name="Loadings"><c>[components][features]</c>, rows of length 1; in each the loading of largest size is positive.</param>
/// <param name="Explained">Per component, its share of the total variance.</param>
public sealed record PrincipalComponents(double[][] Coordinates, double[][] Loadings, double[] Explained)
{
    /// <summary>Projects points onto the directions of largest variance.</summary>
    /// <param name="points"><c>[heads][features]</c>, at least two.</param>
    /// <param name="components">How many; no more than there are features.</param>
    /// <exception cref="InputException">There are fewer features than components, or the points do not differ.</exception>
    public static PrincipalComponents Fit(double[][] points, int components = 2)
    {
        int n = points.Length, d = points[0].Length;
        if (components < 1 || components > d)
            throw new InputException($"{components} principal components", null, $"cannot be taken of {d} features",
                $"Choose from 1 to {d}");
        double[] mean = [.. Enumerable.Range(0, d).Select(f => points.Average(p => p[f]))];
        var centred = Matrix<double>.Build.Dense(n, d, (i, f) => points[i][f] - mean[f]);
        var spectrum = centred.TransposeThisAndMultiply(centred).Evd(Symmetricity.Symmetric); // of n times the covariance; ascending
        double[] variances = [.. spectrum.EigenValues.Select(v => v.Real)];
        double total = variances.Sum();
        if (!(total > 0))
            throw new InputException("principal components", null, "do not exist: all heads have the same features",
                "Choose features that differ between heads");

        double[][] loadings = [.. Enumerable.Range(0, components).Select(c => Oriented(spectrum.EigenVectors.Column(d - 1 - c).ToArray()))];
        double[][] coordinates = [.. points.Select(p => loadings.Select(l => l.Select((w, f) => w * (p[f] - mean[f])).Sum()).ToArray())];
        return new PrincipalComponents(coordinates, loadings,
            [.. Enumerable.Range(0, components).Select(c => variances[d - 1 - c] / total)]);
    }

    /// <summary>An eigenvector with its largest entry positive: its sign is arbitrary, and fixing it keeps pictures the same from run to
    /// run.</summary>
    internal static double[] Oriented(double[] vector) => vector.MaxBy(Math.Abs) < 0 ? [.. vector.Select(v => -v)] : vector;
}
