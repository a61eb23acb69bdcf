namespace AttentionNotebooks;

/// <summary>
/// Ridge with nested cross-validation: rows are dealt into folds; for each fold λ is chosen by cross-validation within the
/// others, and the fold is predicted by a fit on the others. No row has a part in its own prediction. The decompositions depend on x
/// alone and are kept, so that a permutation null of hundreds of y costs little.
/// </summary>
internal sealed class NestedRidge
{
    private const int InnerFolds = 5;
    private readonly double[][] _x;
    private readonly (int[] Inside, int[] Outside, Ridge Ridge, (int[] Inside, int[] Outside, Ridge Ridge)[] Inner)[] _folds;

    /// <summary>λ that are tried: 0.01 to 10,000.</summary>
    public static IReadOnlyList<double> Lambdas { get; } = [.. Enumerable.Range(-6, 19).Select(i => Math.Pow(10, i / 3.0))];

    /// <summary>Prepares.</summary>
    /// <param name="x"><c>[rows][columns]</c>.</param>
    /// <param name="foldOf">Per row, its fold.</param>
    /// <param name="seed">Decides the inner folds.</param>
    public NestedRidge(double[][] x, int[] foldOf, int seed)
    {
        _x = x;
        _folds = [.. foldOf.Distinct().Order().Select(fold =>
        {
            int[] inside = [.. Enumerable.Range(0, x.Length).Where(i => foldOf[i] != fold)],
                outside = [.. Enumerable.Range(0, x.Length).Where(i => foldOf[i] == fold)];
            int[] inner = Deal(inside.Length, InnerFolds, seed + fold);
            return (inside, outside, Of(inside), Enumerable.Range(0, InnerFolds).Select(f =>
            {
                int[] own = [.. inside.Where((_, i) => inner[i] != f)];
                return (own, inside.Where((_, i) => inner[i] == f).ToArray(), Of(own));
            }).ToArray());
        })];
    }

    /// <summary>Folds of like size, at random.</summary>
    public static int[] Deal(int count, int folds, int seed)
    {
        int[] of = [.. Enumerable.Range(0, count).Select(i => i % folds)];
        new Random(seed).Shuffle(of);
        return of;
    }

    /// <summary>Each row's value as the others predict it.</summary>
    public double[] Predict(IReadOnlyList<double> y)
    {
        var predicted = new double[y.Count];
        foreach (var (inside, outside, ridge, inner) in _folds)
        {
            var fit = ridge.Fit([.. inside.Select(i => y[i])], Choose(inner, y));
            foreach (int i in outside) predicted[i] = fit.Predict(_x[i]);
        }
        return predicted;
    }

    /// <summary>The λ that cross-validation over all rows chooses.</summary>
    public double Choose(IReadOnlyList<double> y) => Choose([.. _folds.Select(f => (f.Inside, f.Outside, f.Ridge))], y);

    private double Choose((int[] Inside, int[] Outside, Ridge Ridge)[] folds, IReadOnlyList<double> y)
    {
        var errors = new double[Lambdas.Count];
        foreach (var (inside, outside, ridge) in folds)
        {
            var projected = ridge.Project([.. inside.Select(i => y[i])]);
            for (int l = 0; l < errors.Length; l++)
            {
                var fit = ridge.Fit(projected, Lambdas[l]);
                foreach (int i in outside)
                {
                    double error = y[i] - fit.Predict(_x[i]);
                    errors[l] += error * error;
                }
            }
        }
        return Lambdas[Array.IndexOf(errors, errors.Min())];
    }

    private Ridge Of(int[] rows) => new([.. rows.Select(i => _x[i])]);
}
