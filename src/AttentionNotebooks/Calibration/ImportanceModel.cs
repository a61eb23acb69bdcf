using AttentionNotebooks.Clustering;
using AttentionNotebooks.Features;

namespace AttentionNotebooks.Calibration;

/// <summary>How heads are dealt into folds when their importance is predicted.</summary>
public enum HeadFolds
{
    /// <summary>Ten folds of heads at random: neighbours of a head's own layer help to predict it.</summary>
    Random,

    /// <summary>A fold per layer: a head is predicted from other layers alone.</summary>
    ByLayer,
}

/// <summary>What one feature tells of importance.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Coefficient">Change of importance, in its standard deviations, with one standard deviation of the feature, the others held; shrunk by the ridge.</param>
/// <param name="CoefficientInterval">95 % of the draws of heads lie in it.</param>
/// <param name="Spearman">Rank correlation of the feature with importance, the others left out of account.</param>
/// <param name="SpearmanInterval">95 % of the draws of heads lie in it.</param>
/// <param name="PValue">Two-sided p of a permutation test of the rank correlation.</param>
/// <param name="Holm">The same, adjusted for all features (Holm 1979).</param>
public sealed record FeatureEffect(string Feature, double Coefficient, (double Low, double High) CoefficientInterval, double Spearman, (double Low, double High) SpearmanInterval, double PValue, double Holm);

/// <summary>How far the features of heads tell their importance.</summary>
/// <param name="R2">Share of the variance of importance that out-of-fold predictions explain; below 0 they are worse than the mean.</param>
/// <param name="Null">The same for importance dealt out to the heads at random.</param>
/// <param name="PValue">How rarely the null is as high.</param>
/// <param name="Rank">Spearman's correlation of predicted with true importance.</param>
/// <param name="Predicted">Importance of each head as features alone predict it, out of fold, in the grid's order and importance's own unit.</param>
/// <param name="Lambda">λ that cross-validation over all heads chose, for the coefficients.</param>
/// <param name="Effects">What each feature tells.</param>
/// <param name="Fit">The fit on all heads, to predict others with.</param>
public sealed record ImportanceModel(double R2, IReadOnlyList<double> Null, double PValue, double Rank, double[] Predicted, double Lambda, IReadOnlyList<FeatureEffect> Effects, RidgeFit Fit)
{
    private const int Folds = 10, DefaultDraws = 1000;

    /// <summary>Explains importance by features: ridge with nested cross-validation, its permutation null, and the features one by one.</summary>
    /// <param name="table">The heads' features.</param>
    /// <param name="importance">One value per head in the grid's order, from whatever source.</param>
    /// <param name="features">The columns to use; those that heads are clustered on when omitted.</param>
    /// <param name="folds">How heads are dealt into folds.</param>
    /// <param name="permutations">Runs of the null.</param>
    /// <param name="seed">Decides folds, permutations and draws.</param>
    /// <param name="draws">Draws of heads for the intervals of the effects.</param>
    /// <exception cref="InputException">There are fewer than 20 heads, a value is not finite, or importance has no spread.</exception>
    public static ImportanceModel Of(HeadTable table, IReadOnlyList<double> importance, IReadOnlyList<string>? features = null, HeadFolds folds = HeadFolds.Random, int permutations = 199, int seed = 0, int draws = DefaultDraws)
    {
        var columns = table.Select(features ?? HeadClusters.DefaultFeatures(table));
        Check(columns, importance);
        double[][] x = columns.Points(Scaling.None);
        double spread = Spread(importance), mean = importance.Average();
        double[] y = [.. importance.Select(v => (v - mean) / spread)];
        var nested = new NestedRidge(x, folds == HeadFolds.ByLayer ? [.. table.Grid.All().Select(h => h.Layer)] : NestedRidge.Deal(y.Length, Folds, seed), seed);
        double[] predicted = nested.Predict(y);
        double r2 = Explained(y, predicted), lambda = nested.Choose(y);
        var random = new Random(seed);
        var @null = new double[permutations];
        for (int p = 0; p < permutations; p++)
        {
            double[] shuffled = [.. y];
            random.Shuffle(shuffled);
            @null[p] = Explained(shuffled, nested.Predict(shuffled));
        }
        var fit = new Ridge(x).Fit(y, lambda);
        return new ImportanceModel(r2, @null, Permutation.PValue(1 + r2, [.. @null.Select(v => 1 + v)]), RankCorrelation.Spearman(predicted, y), [.. predicted.Select(v => mean + spread * v)], lambda,
            EffectsOf(columns, x, y, fit, lambda, permutations, draws, random), fit with { Intercept = mean + spread * fit.Intercept, Coefficients = [.. fit.Coefficients.Select(c => c * spread)] });
    }

    /// <summary>Predicts the importance of other heads, or of the same heads on other texts.</summary>
    /// <param name="table">Their features; the columns that the model was made from must be there.</param>
    /// <param name="importance">Their true importance, to compare with.</param>
    /// <param name="rescaled">Whether to standardise their features by their own mean and spread instead of the first heads': right for a model of another size, whose distances are others.</param>
    /// <param name="seed">Decides the draws of the interval.</param>
    /// <exception cref="InputException">A column is missing, or a value is not finite.</exception>
    public ImportanceTransfer Transfer(HeadTable table, IReadOnlyList<double> importance, bool rescaled = false, int seed = 0)
    {
        var columns = table.Select([.. Effects.Select(e => e.Feature)]);
        Check(columns, importance, least: 3);
        double[][] x = columns.Points(Scaling.None);
        var own = rescaled ? Fit with { Means = [.. columns.Features.Select(f => columns.Column(f).Average())], Spreads = [.. columns.Features.Select(f => Spread(columns.Column(f)) is > 0 and var s ? s : double.PositiveInfinity)] } : Fit;
        double[] predicted = [.. x.Select(own.Predict)];
        double[] draws = Drawn(importance.Count, new Random(seed), rows => RankCorrelation.Spearman([.. rows.Select(i => predicted[i])], [.. rows.Select(i => importance[i])]));
        return new ImportanceTransfer(Explained(importance, predicted), RankCorrelation.Spearman(predicted, importance), Interval(draws), predicted);
    }

    private static FeatureEffect[] EffectsOf(HeadTable columns, double[][] x, double[] y, RidgeFit fit, double lambda, int permutations, int draws, Random random)
    {
        int count = columns.Features.Count;
        var coefficients = Enumerable.Range(0, count).Select(_ => new List<double>()).ToArray();
        var ranks = Enumerable.Range(0, count).Select(_ => new List<double>()).ToArray();
        for (int d = 0; d < draws; d++)
        {
            int[] rows = [.. Enumerable.Range(0, y.Length).Select(_ => random.Next(y.Length))];
            double[] drawn = [.. rows.Select(i => y[i])];
            var again = new Ridge([.. rows.Select(i => x[i])]).Fit(drawn, lambda);
            for (int c = 0; c < count; c++)
            {
                coefficients[c].Add(again.Coefficients[c]);
                ranks[c].Add(RankCorrelation.Spearman([.. rows.Select(i => x[i][c])], drawn));
            }
        }
        double[] observed = [.. columns.Features.Select(f => RankCorrelation.Spearman(columns.Column(f), y))];
        double[] p = [.. columns.Features.Select((f, c) => Permutation.PValue(Math.Abs(observed[c]), [.. Enumerable.Range(0, Math.Max(permutations, 999)).Select(_ =>
        {
            double[] shuffled = [.. y];
            random.Shuffle(shuffled);
            return Math.Abs(RankCorrelation.Spearman(columns.Column(f), shuffled));
        })]))];
        double[] holm = MultipleTesting.Holm(p);
        return [.. columns.Features.Select((f, c) => new FeatureEffect(f, fit.Coefficients[c], Interval(coefficients[c]), observed[c], Interval(ranks[c]), p[c], holm[c]))];
    }

    private static double[] Drawn(int count, Random random, Func<int[], double> of) => [.. Enumerable.Range(0, DefaultDraws).Select(_ => of([.. Enumerable.Range(0, count).Select(_ => random.Next(count))]))];

    private static (double, double) Interval(IEnumerable<double> draws)
    {
        double[] finite = [.. draws.Where(double.IsFinite)];
        return finite.Length == 0 ? (double.NaN, double.NaN) : (FeatureScaling.Quantile(finite, 0.025), FeatureScaling.Quantile(finite, 0.975));
    }

    private static double Explained(IReadOnlyList<double> y, IReadOnlyList<double> predicted)
    {
        double mean = y.Average();
        return 1 - y.Zip(predicted, (a, b) => (a - b) * (a - b)).Sum() / y.Sum(v => (v - mean) * (v - mean));
    }

    private static double Spread(IReadOnlyList<double> x)
    {
        double mean = x.Average();
        return Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
    }

    private static void Check(HeadTable columns, IReadOnlyList<double> importance, int least = 20)
    {
        if (importance.Count != columns.Grid.Count) throw new InputException("importance", null, $"has {importance.Count} values for {columns.Grid.Count} heads", "Give one value per head");
        if (importance.Count < least) throw new InputException("importance", null, $"is of {importance.Count} heads, and {least} are the fewest that something can be told from", "Take a model with more heads");
        int bad = importance.ToList().FindIndex(v => !double.IsFinite(v));
        if (bad >= 0) throw new InputException("importance", $"head {columns.Grid[bad]}", "is not finite", "Repair what it was computed from");
        if (!(Spread(importance) > 1e-12 * importance.Max(Math.Abs))) throw new InputException("importance", null, "is the same for all heads", "There is nothing to explain");
    }
}

/// <summary>A model of importance on other heads or texts.</summary>
/// <param name="R2">Share of the variance that it explains there; below 0 it is worse than their mean.</param>
/// <param name="Rank">Spearman's correlation of predicted with true importance, which no unit and no shift can spoil.</param>
/// <param name="RankInterval">95 % of the draws of heads lie in it.</param>
/// <param name="Predicted">What it predicts.</param>
public sealed record ImportanceTransfer(double R2, double Rank, (double Low, double High) RankInterval, double[] Predicted);
