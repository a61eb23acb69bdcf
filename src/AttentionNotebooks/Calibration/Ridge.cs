using MathNet.Numerics.LinearAlgebra;

namespace AttentionNotebooks.Calibration;

/// <summary>
/// Ridge regression: the coefficients β that make Σ(y − β·z)² + λ·|β|² least, z the columns standardised over the rows
/// (population), the mean of y left unpenalised. One decomposition serves every y and every λ.
/// </summary>
/// <remarks>Hoerl and Kennard (1970). Equal to scikit-learn's <c>Ridge(alpha=λ)</c> behind a <c>StandardScaler</c>.</remarks>
public sealed class Ridge
{
    private readonly double[] _means, _spreads, _singular;
    private readonly Matrix<double> _left, _right; // z = U·S·Vᵀ: [rows, r], [r, columns]

    /// <summary>Prepares regressions on some rows.</summary>
    /// <param name="x"><c>[rows][columns]</c>, finite, at least two rows. A column without spread in them has coefficient 0.</param>
    /// <exception cref="ArgumentException">There are fewer than two rows, or no column.</exception>
    public Ridge(IReadOnlyList<double[]> x)
    {
        if (x.Count < 2 || x[0].Length == 0) throw new ArgumentException($"{x.Count} rows", nameof(x));
        int columns = x[0].Length;
        _means = [.. Enumerable.Range(0, columns).Select(c => x.Average(r => r[c]))];
        _spreads = [.. Enumerable.Range(0, columns).Select(c => Math.Sqrt(x.Average(r => (r[c] - _means[c]) * (r[c] - _means[c]))))];
        // A spread that is rounding error of the values' own size is no spread.
        for (int c = 0; c < columns; c++) if (!(_spreads[c] > 1e-12 * x.Max(r => Math.Abs(r[c])))) _spreads[c] = double.PositiveInfinity;
        var svd = Matrix<double>.Build.Dense(x.Count, columns, (r, c) => (x[r][c] - _means[c]) / _spreads[c]).Svd();
        int rank = Math.Min(x.Count, columns);
        (_singular, _left, _right) = ([.. svd.S.Take(rank)], svd.U.SubMatrix(0, x.Count, 0, rank), svd.VT.SubMatrix(0, rank, 0, columns));
    }

    /// <summary>Fits.</summary>
    /// <param name="y">One value per row.</param>
    /// <param name="lambda">λ, above 0.</param>
    public RidgeFit Fit(IReadOnlyList<double> y, double lambda) => Fit(Project(y), lambda);

    /// <summary>What a y is in the rows' own directions, for fits with several λ.</summary>
    internal (double Mean, double[] Parts) Project(IReadOnlyList<double> y)
    {
        double mean = y.Average();
        var parts = new double[_singular.Length];
        for (int r = 0; r < y.Count; r++)
            for (int k = 0; k < parts.Length; k++) parts[k] += _left[r, k] * (y[r] - mean);
        return (mean, parts);
    }

    /// <inheritdoc cref="Fit(IReadOnlyList{double}, double)"/>
    internal RidgeFit Fit((double Mean, double[] Parts) y, double lambda)
    {
        var coefficients = new double[_means.Length];
        for (int k = 0; k < _singular.Length; k++)
        {
            double share = _singular[k] / (_singular[k] * _singular[k] + lambda) * y.Parts[k];
            for (int c = 0; c < coefficients.Length; c++) coefficients[c] += share * _right[k, c];
        }
        return new RidgeFit(y.Mean, coefficients, _means, _spreads);
    }
}

/// <summary>A fitted ridge regression.</summary>
/// <param name="Intercept">The mean of y.</param>
/// <param name="Coefficients">Per column, the change of y with one standard deviation of it.</param>
/// <param name="Means">The columns' means in the rows that it was fitted on.</param>
/// <param name="Spreads">Their standard deviations; infinite for a column without spread.</param>
public sealed record RidgeFit(double Intercept, double[] Coefficients, double[] Means, double[] Spreads)
{
    /// <summary>The value that it predicts for a row.</summary>
    /// <param name="x">The row's columns, in their own units.</param>
    public double Predict(double[] x)
    {
        double sum = Intercept;
        for (int c = 0; c < x.Length; c++) sum += Coefficients[c] * (x[c] - Means[c]) / Spreads[c];
        return sum;
    }
}
