using MathNet.Numerics.LinearAlgebra;

namespace AttentionNotebooks;

/// <summary>
/// Ridge regression: the coefficients β that make Σ(y − β·z)² + λ·|β|² least, z the columns standardised over the rows
/// (population), the mean of y left unpenalised. One decomposition serves every y and every λ.
/// </summary>
/// <remarks>Hoerl and Kennard (1970). Equal to scikit-learn's <c>Ridge(alpha=λ)</c> behind a <c>StandardScaler</c>.</remarks>
public sealed class Ridge
{
    private readonly double[] _means, _spreads, _eigenvalues;
    private readonly double[][] _rows;               // z: the rows, standardised
    private readonly Matrix<double> _directions;     // zᵀ·z = V·E·Vᵀ: [columns, columns]

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
        _rows = [.. x.Select(r => r.Select((v, c) => (v - _means[c]) / _spreads[c]).ToArray())];
        var gram = new double[columns, columns];
        foreach (var z in _rows)
            for (int i = 0; i < columns; i++)
                for (int j = 0; j < columns; j++) gram[i, j] += z[i] * z[j];
        var parts = Matrix<double>.Build.DenseOfArray(gram).Evd(Symmetricity.Symmetric);
        (_eigenvalues, _directions) = ([.. parts.EigenValues.Select(e => Math.Max(0, e.Real))], parts.EigenVectors);
    }

    /// <summary>Fits.</summary>
    /// <param name="y">One value per row.</param>
    /// <param name="lambda">λ, above 0.</param>
    public RidgeFit Fit(IReadOnlyList<double> y, double lambda) => Fit(Project(y), lambda);

    /// <summary>Vᵀ·zᵀ·(y − its mean), for fits with several λ.</summary>
    internal (double Mean, double[] Parts) Project(IReadOnlyList<double> y)
    {
        int columns = _means.Length;
        double mean = y.Average();
        var products = new double[columns];
        for (int r = 0; r < y.Count; r++)
            for (int c = 0; c < columns; c++) products[c] += _rows[r][c] * (y[r] - mean);
        return (mean, [.. Enumerable.Range(0, columns)
            .Select(k => Enumerable.Range(0, columns).Sum(c => _directions[c, k] * products[c]))]);
    }

    /// <inheritdoc cref="Fit(IReadOnlyList{double}, double)"/>
    internal RidgeFit Fit((double Mean, double[] Parts) y, double lambda)
    {
        var coefficients = new double[_means.Length];
        for (int k = 0; k < coefficients.Length; k++)
        {
            double share = y.Parts[k] / (_eigenvalues[k] + lambda);
            for (int c = 0; c < coefficients.Length; c++) coefficients[c] += share * _directions[c, k];
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
