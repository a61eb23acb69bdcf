using MathNet.Numerics.LinearAlgebra;

namespace AttentionNotebooks;

/// <summary>A partition by the spectrum of the heads' similarity graph.</summary>
/// <param name="Labels">Per head, its cluster.</param>
/// <param name="Eigenvalues">All eigenvalues of the normalised Laplacian, ascending, from 0 to 2; a gap after the k-th speaks for k
/// clusters.</param>
/// <param name="Embedding">The rows that were clustered, <c>[heads][k]</c>, of length 1.</param>
internal sealed record SpectralFit(int[] Labels, double[] Eigenvalues, double[][] Embedding);

/// <summary>
/// Spectral clustering after Ng, Jordan and Weiss 2002: similarity exp(−d²/(2σ²)), the k eigenvectors of least eigenvalue
/// of I − D^−½ S D^−½, rows scaled to length 1, K-means on them.
/// </summary>
internal static class SpectralClustering
{
    private const int Restarts = 20; // the rows lie in few tight groups, if there are any

    /// <summary>Partitions heads.</summary>
    /// <param name="heads">Points or distances.</param>
    /// <param name="k">The number of clusters.</param>
    /// <param name="seed">Decides the random choices of K-means.</param>
    /// <param name="sigma">The width σ of the similarity, in the distances' unit; their median when omitted.</param>
    /// <exception cref="InputException">k does not fit the heads, or σ is not positive.</exception>
    public static SpectralFit Fit(HeadSpace heads, int k, int seed = 0, double? sigma = null)
    {
        heads.RequireClusters(k);
        int n = heads.Count;
        double width = sigma ?? MedianDistance(heads);
        if (!(width > 0))
            throw new InputException("spectral clustering", null, $"the similarity's width is {width}",
                "Give distances of which more than half are above 0, or name a width");
        var s = Matrix<double>.Build.Dense(n, n, (i, j) => Math.Exp(-heads.Distances[i, j] * heads.Distances[i, j] / (2 * width * width)));
        var root = s.RowSums().Map(d => 1 / Math.Sqrt(d));
        var laplacian = Matrix<double>.Build.Dense(n, n, (i, j) => (i == j ? 1 : 0) - root[i] * s[i, j] * root[j]);
        var spectrum = laplacian.Evd(Symmetricity.Symmetric);                                                // ascending
        double[][] rows = [.. Enumerable.Range(0, n)
            .Select(i => Unit([.. Enumerable.Range(0, k).Select(c => spectrum.EigenVectors[i, c])]))];
        int[] labels = k == 1 ? new int[n] : KMeans.CountDifferent(rows) >= k ? KMeans.Fit(rows, k, seed, Restarts).Labels
            : throw new InputException($"k = {k}", null, "is more than the heads that differ in the spectrum", "Choose a smaller k");
        return new SpectralFit(labels, [.. spectrum.EigenValues.Select(v => v.Real)], rows);
    }

    /// <summary>The median over pairs of different heads: as many pairs are nearer as are farther.</summary>
    internal static double MedianDistance(HeadSpace heads)
    {
        int n = heads.Count;
        double[] pairs = [.. Enumerable.Range(0, n).SelectMany(i => Enumerable.Range(0, i).Select(j => heads.Distances[i, j]))];
        return pairs.Length == 0 ? 1 : Quantile.Of(pairs, 0.5); // a single head has no width to choose
    }

    private static double[] Unit(double[] row)
    {
        double length = Math.Sqrt(row.Sum(v => v * v));
        return length > 0 ? [.. row.Select(v => v / length)] : row;
    }
}
