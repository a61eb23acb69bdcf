using AttentionNotebooks.Bert;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Clustering;

/// <summary>Principal component analysis of scaled head features: a picture of the heads, and how much of them it shows. Pearson 1901.</summary>
/// <param name="Coordinates"><c>[heads][components]</c>.</param>
/// <param name="Loadings"><c>[components][features]</c>, rows of length 1; in each the loading of largest size is positive.</param>
/// <param name="Explained">Per component, its share of the total variance.</param>
public sealed record PrincipalComponents(double[][] Coordinates, double[][] Loadings, double[] Explained)
{
    /// <summary>Projects points onto the directions of largest variance.</summary>
    /// <param name="points"><c>[heads][features]</c>, at least two.</param>
    /// <param name="components">How many; no more than there are features.</param>
    /// <exception cref="InputException">There are fewer features than components, or the points do not differ.</exception>
    public static PrincipalComponents Of(double[][] points, int components = 2)
    {
        int n = points.Length, d = points[0].Length;
        if (components < 1 || components > d)
            throw new InputException($"{components} principal components", null, $"cannot be taken of {d} features", $"Choose from 1 to {d}");
        using var scope = NewDisposeScope();
        var x = tensor(points.SelectMany(p => p).ToArray(), [n, d]);
        var centred = x.add(x.mean([0L], keepdim: true), Scalars.MinusOne);
        var (values, vectors) = linalg.eigh(centred.t().matmul(centred)); // n times the covariance; ascending
        double[] variances = values.data<double>().ToArray();
        double total = variances.Sum();
        if (!(total > 0)) throw new InputException("principal components", null, "do not exist: all heads have the same features", "Choose features that differ between heads");

        double[][] loadings = [.. Enumerable.Range(0, components).Select(c => Oriented(vectors[.., d - 1 - c].contiguous().data<double>().ToArray()))];
        var mean = Enumerable.Range(0, d).Select(f => points.Average(p => p[f])).ToArray();
        double[][] coordinates = [.. points.Select(p => loadings.Select(l => l.Select((w, f) => w * (p[f] - mean[f])).Sum()).ToArray())];
        return new PrincipalComponents(coordinates, loadings, [.. Enumerable.Range(0, components).Select(c => variances[d - 1 - c] / total)]);
    }

    // An eigenvector's sign is arbitrary; fixing it keeps pictures the same from run to run.
    private static double[] Oriented(double[] vector) => vector.MaxBy(Math.Abs) < 0 ? [.. vector.Select(v => -v)] : vector;
}
