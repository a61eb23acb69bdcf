using MathNet.Numerics.LinearAlgebra;

namespace AttentionNotebooks;

/// <summary>Heads in the plane so that their distances there are near the given ones.</summary>
/// <param name="Coordinates"><c>[heads][dimensions]</c>.</param>
/// <param name="RawStress">½ Σ_ij (d_ij − δ_ij)² over all ordered pairs: what SMACOF lowers.</param>
/// <param name="Stress">Kruskal's stress-1, √(Σ(d − δ)² / Σ d²): 0 is perfect; Kruskal 1964 calls 0.2 poor, 0.1 fair, 0.05 good.</param>
/// <param name="Iterations">Steps taken; 0 for classical scaling, which is solved at once.</param>
internal sealed record ScalingFit(double[][] Coordinates, double RawStress, double Stress, int Iterations);

/// <summary>Multidimensional scaling, classical (Torgerson 1952) and metric by majorisation (SMACOF, de Leeuw 1977).</summary>
internal static class MultidimensionalScaling
{
    /// <summary>Classical scaling: the leading eigenvectors of the doubly centred squared distances. On Euclidean distances it is
    /// PCA.</summary>
    /// <param name="distances"><c>[heads, heads]</c>.</param>
    /// <param name="dimensions">How many.</param>
    /// <exception cref="InputException">There are not more heads than dimensions, or all distances are 0.</exception>
    public static ScalingFit Classical(double[,] distances, int dimensions = 2)
    {
        Require(distances, dimensions);
        int n = distances.GetLength(0);
        var squared = Matrix<double>.Build.Dense(n, n, (i, j) => distances[i, j] * distances[i, j]);
        var means = squared.RowSums() / n;
        double all = means.Sum() / n;
        var spectrum = Matrix<double>.Build.Dense(n, n, (i, j) => -0.5 * (squared[i, j] - means[i] - means[j] + all))
            .Evd(Symmetricity.Symmetric);
        var coordinates = Empty(n, dimensions);
        for (int c = 0; c < dimensions; c++)
        {
            // Distances that no plane has give negative eigenvalues; such a direction has no extent.
            double length = Math.Sqrt(Math.Max(0, spectrum.EigenValues[n - 1 - c].Real));
            double[] vector = PrincipalComponents.Oriented(spectrum.EigenVectors.Column(n - 1 - c).ToArray());
            for (int i = 0; i < n; i++) coordinates[i][c] = length * vector[i];
        }
        return Fit(distances, coordinates, 0);
    }

    /// <summary>
    /// SMACOF: from the classical solution and from random ones, Guttman's transform until the stress no longer falls; the
    /// best result counts.
    /// </summary>
    /// <param name="distances"><c>[heads, heads]</c>.</param>
    /// <param name="dimensions">How many.</param>
    /// <param name="seed">Decides the random starts.</param>
    /// <param name="restarts">How many random starts beside the classical one.</param>
    /// <exception cref="InputException">There are not more heads than dimensions, or all distances are 0.</exception>
    public static ScalingFit Smacof(double[,] distances, int dimensions = 2, int seed = 0, int restarts = 3)
    {
        var best = Smacof(distances, Classical(distances, dimensions).Coordinates);
        var random = new Random(seed);
        double scale = distances.Cast<double>().Max();
        for (int r = 0; r < restarts; r++)
        {
            double[][] start = [.. Enumerable.Range(0, distances.GetLength(0))
                .Select(_ => Enumerable.Range(0, dimensions).Select(_ => scale * (random.NextDouble() - 0.5)).ToArray())];
            var fit = Smacof(distances, start);
            if (fit.RawStress < best.RawStress * (1 - 1e-9)) best = fit;
        }
        return best;
    }

    /// <summary>SMACOF from a start of one's own.</summary>
    /// <param name="distances"><c>[heads, heads]</c>.</param>
    /// <param name="start"><c>[heads][dimensions]</c>.</param>
    /// <param name="maxIterations">Steps at most.</param>
    /// <param name="tolerance">Stops when a step lowers the stress by less than this part of it.</param>
    public static ScalingFit Smacof(double[,] distances, double[][] start, int maxIterations = 1000, double tolerance = 1e-8)
    {
        var x = start;
        double stress = RawStress(distances, x);
        int iteration = 0;
        while (iteration < maxIterations)
        {
            x = Guttman(distances, x);
            iteration++;
            double now = RawStress(distances, x);
            bool done = stress - now <= tolerance * stress;
            stress = now;
            if (done) break;
        }
        return Fit(distances, x, iteration);
    }

    /// <summary>Kruskal's stress-1 of coordinates.</summary>
    /// <param name="distances"><c>[heads, heads]</c>.</param>
    /// <param name="x"><c>[heads][dimensions]</c>.</param>
    internal static double Stress(double[,] distances, double[][] x)
    {
        double size = 0;
        for (int i = 0; i < x.Length; i++)
            for (int j = 0; j < i; j++) size += KMeans.SquaredDistance(x[i], x[j]);
        return Math.Sqrt(RawStress(distances, x) / size);
    }

    private static double RawStress(double[,] distances, double[][] x)
    {
        double stress = 0;
        for (int i = 0; i < x.Length; i++)
            for (int j = 0; j < i; j++)
            {
                double off = Math.Sqrt(KMeans.SquaredDistance(x[i], x[j])) - distances[i, j];
                stress += off * off;
            }
        return stress;
    }

    // x_i ← (1/n) Σ_j δ_ij/d_ij · (x_i − x_j): the minimum of a parabola that touches the stress from above.
    private static double[][] Guttman(double[,] distances, double[][] x)
    {
        int n = x.Length, d = x[0].Length;
        var next = Empty(n, d);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                if (i == j) continue;
                double apart = Math.Sqrt(KMeans.SquaredDistance(x[i], x[j]));
                if (apart == 0) continue; // no direction to move in
                for (int c = 0; c < d; c++) next[i][c] += distances[i, j] / apart * (x[i][c] - x[j][c]) / n;
            }
        return next;
    }

    private static ScalingFit Fit(double[,] distances, double[][] x, int iterations) =>
        new(x, RawStress(distances, x), Stress(distances, x), iterations);

    private static double[][] Empty(int n, int d) => [.. Enumerable.Range(0, n).Select(_ => new double[d])];

    private static void Require(double[,] distances, int dimensions)
    {
        int n = distances.GetLength(0);
        if (dimensions < 1 || n <= dimensions)
            throw new InputException($"{dimensions} dimensions", null, $"are too many for {n} heads", "Give more heads than dimensions");
        if (!distances.Cast<double>().Any(d => d > 0))
            throw new InputException("multidimensional scaling", null, "has nothing to show: all heads are alike",
                "Choose features that differ between heads");
    }
}
