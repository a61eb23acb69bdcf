using MathNet.Numerics.Distributions;

namespace AttentionNotebooks;

/// <summary>Draws heads without clusters.</summary>
internal static class NullData
{
    /// <summary>From a source of random numbers to null points, <c>[heads][features]</c>.</summary>
    /// <param name="points">The heads' own points, <c>[heads][features]</c>.</param>
    /// <param name="model">What is kept of them.</param>
    public static Func<Random, double[][]> Of(double[][] points, NullModel model) => model switch
    {
        NullModel.ShuffledFeatures => random => Shuffled(points, random),
        NullModel.OneGaussian => Gaussian(points),
        _ => Copula(points),
    };

    private static double[][] Shuffled(double[][] points, Random random)
    {
        var columns = Transposed(points);
        foreach (var column in columns) random.Shuffle(column);
        return Transposed(columns);
    }

    // Independent normals along the principal components, with their variances. A component without variance stays at 0, so that
    // features that depend on each other need no repair of their covariances: those of points are positive semi-definite.
    private static Func<Random, double[][]> Gaussian(double[][] points)
    {
        int d = points[0].Length;
        var pca = PrincipalComponents.Fit(points, d);
        double[] deviation = [.. Enumerable.Range(0, d).Select(c => Math.Sqrt(pca.Coordinates.Average(p => p[c] * p[c])))];
        return random => [.. points.Select(_ =>
        {
            double[] at = [.. deviation.Select(s => s * Normal.Sample(random, 0, 1))];
            return Enumerable.Range(0, d).Select(f => Enumerable.Range(0, d).Sum(c => at[c] * pca.Loadings[c][f])).ToArray();
        })];
    }

    // Each column of a draw is a permutation of the heads' own values.
    private static Func<Random, double[][]> Copula(double[][] points)
    {
        var columns = Transposed(points);
        double[][] sorted = [.. columns.Select(c => c.Order().ToArray())];
        var draw = Gaussian(Transposed([.. columns.Select(NormalScores)]));
        return random => Transposed([.. Transposed(draw(random)).Select((column, f) =>
        {
            int[] order = [.. Enumerable.Range(0, column.Length).OrderBy(i => column[i])];
            var mapped = new double[column.Length];
            for (int rank = 0; rank < order.Length; rank++) mapped[order[rank]] = sorted[f][rank];
            return mapped;
        })]);
    }

    /// <summary>Φ⁻¹(rank / (n + 1)), ranks from 1; equal values share the mean of their ranks.</summary>
    public static double[] NormalScores(double[] values) =>
        [.. Ranks.Of(values).Select(rank => Normal.InvCDF(0, 1, (rank + 1) / (values.Length + 1)))];

    private static double[][] Transposed(double[][] rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Select(r => r[c]).ToArray())];
}
