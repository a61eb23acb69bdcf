namespace AttentionNotebooks;

/// <summary>How heads are dealt into folds when their importance is predicted.</summary>
public enum HeadFolds
{
    /// <summary>Ten folds of heads at random: neighbours of a head's own layer help to predict it.</summary>
    Random,

    /// <summary>A fold per layer: a head is predicted from other layers alone.</summary>
    ByLayer,
}

/// <summary>How well the features of heads predict their importance.</summary>
/// <param name="R2">Share of the variance of importance that out-of-fold predictions explain; below 0 they are worse than the mean.</param>
/// <param name="R2Interval">95 % of the draws of heads, with their predictions, lie in it.</param>
/// <param name="Null">The same share for importance dealt out to the heads at random.</param>
/// <param name="PValue">How rarely the null is as high.</param>
/// <param name="Rank">Spearman's correlation of predicted with true importance.</param>
/// <param name="Predicted">Importance of each head as features alone predict it, out of fold, in the grid's order and importance's own
/// unit.</param>
/// <param name="Lambda">λ that cross-validation over all heads chose, for the coefficients.</param>
/// <param name="Effects">What each feature says.</param>
/// <param name="OnAllHeads">The fit on all heads, to predict others with.</param>
public sealed record ImportanceModel(double R2, Interval R2Interval, IReadOnlyList<double> Null, double PValue, double Rank,
    double[] Predicted, double Lambda, IReadOnlyList<FeatureEffect> Effects, RidgeFit OnAllHeads)
{
    private const int Folds = 10, DefaultDraws = 1000;

    /// <summary>Writes a row per feature: coefficient and rank correlation with intervals, and p.</summary>
    /// <param name="file">The file; it holds all features or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void WriteEffects(string file)
    {
        var text = new CsvText("feature", "coefficient", "coefficient_low", "coefficient_high", "spearman", "spearman_low", "spearman_high",
            "p", "p_holm");
        foreach (var e in Effects)
            text.Add(e.Feature, e.Coefficient, e.CoefficientInterval.Low, e.CoefficientInterval.High, e.Spearman, e.SpearmanInterval.Low,
                e.SpearmanInterval.High, e.PValue, e.Holm);
        text.Write(file);
    }

    /// <summary>Explains importance by features: ridge with nested cross-validation, its permutation null, and the features one by
    /// one.</summary>
    /// <param name="table">The heads' features.</param>
    /// <param name="importance">One value per head in the grid's order, from whatever source.</param>
    /// <param name="features">The columns to use; those that heads are clustered on when omitted.</param>
    /// <param name="folds">How heads are dealt into folds.</param>
    /// <param name="permutations">Runs of the null.</param>
    /// <param name="seed">Decides folds, permutations and draws.</param>
    /// <param name="draws">Draws of heads for the intervals.</param>
    /// <exception cref="InputException">There are fewer than 20 heads, a value is not finite, or importance has no spread.</exception>
    public static ImportanceModel Fit(HeadTable table, IReadOnlyList<double> importance, IReadOnlyList<string>? features = null,
        HeadFolds folds = HeadFolds.Random, int permutations = 199, int seed = 0, int draws = DefaultDraws)
    {
        var (columns, x, y, mean, spread, nested) = Prepare(table, importance, features, folds, seed);
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
        double[] explained = [.. Bootstrap.Draws(y.Length, draws, random)
            .Select(rows => Explained([.. rows.Select(i => y[i])], [.. rows.Select(i => predicted[i])]))];
        return new ImportanceModel(r2, Interval.OfDraws(r2, explained), @null, Permutation.PValue(1 + r2, [.. @null.Select(v => 1 + v)]),
            RankCorrelation.Spearman(predicted, y), [.. predicted.Select(v => mean + spread * v)], lambda,
            FeatureEffects.Measure(columns, x, y, fit, lambda, permutations, draws, random),
                fit with { Intercept = mean + spread * fit.Intercept, Coefficients = [.. fit.Coefficients.Select(c => c * spread)] });
    }

    /// <summary>Each head's importance as a fit on other heads predicts it from its features, without the null and the effects:
    /// <see cref="Predicted"/> alone.</summary>
    /// <param name="table">The heads' features.</param>
    /// <param name="importance">One value per head in the grid's order.</param>
    /// <param name="features">The columns to use; those that heads are clustered on when omitted.</param>
    /// <param name="folds">How heads are dealt into folds.</param>
    /// <param name="seed">Decides the folds.</param>
    /// <returns>In the grid's order and importance's own unit.</returns>
    /// <exception cref="InputException">There are fewer than 20 heads, a value is not finite, or importance has no spread.</exception>
    public static double[] OutOfFold(HeadTable table, IReadOnlyList<double> importance, IReadOnlyList<string>? features = null,
        HeadFolds folds = HeadFolds.Random, int seed = 0)
    {
        var (_, _, y, mean, spread, nested) = Prepare(table, importance, features, folds, seed);
        return [.. nested.Predict(y).Select(v => mean + spread * v)];
    }

    /// <summary>How well the layer's number alone predicts importance: the control of what changes from layer to layer. A parabola over the
    /// layers, out of fold like <see cref="R2"/>.</summary>
    /// <param name="grid">The heads.</param>
    /// <param name="importance">One value per head in the grid's order.</param>
    /// <param name="seed">Decides the folds.</param>
    /// <returns>The share of the variance of importance that it explains.</returns>
    /// <exception cref="InputException">There are fewer than 20 heads, a value is not finite, or importance has no spread.</exception>
    public static double LayerAlone(HeadGrid grid, IReadOnlyList<double> importance, int seed = 0)
    {
        double[] layer = [.. grid.All().Select(h => (double)h.Layer)];
        return Explained(importance, OutOfFold(new HeadTable(grid, ["layer", "layer_squared"], [layer, [.. layer.Select(l => l * l)]]),
            importance, ["layer", "layer_squared"], seed: seed));
    }

    /// <summary>Predicts the importance of other heads, or of the same heads on other texts.</summary>
    /// <param name="table">Their features; the columns that the model was fitted on must be there.</param>
    /// <param name="importance">Their true importance, to compare with.</param>
    /// <param name="rescaled">Whether to standardise their features by their own mean and spread instead of the first heads': right for a
    /// model of another size, whose distances are others.</param>
    /// <param name="seed">Decides the draws of the interval.</param>
    /// <exception cref="InputException">A column is missing, or a value is not finite.</exception>
    public ImportanceTransfer Transfer(HeadTable table, IReadOnlyList<double> importance, bool rescaled = false, int seed = 0)
    {
        var columns = table.Select([.. Effects.Select(e => e.Feature)]);
        Check(columns, importance, least: 3);
        double[][] x = columns.Points(Scaling.None);
        var own = rescaled ? OnAllHeads with
        {
            Means = [.. columns.Features.Select(f => columns.Column(f).Average())],
            Spreads = [.. columns.Features.Select(f => Spread(columns.Column(f)) is > 0 and var s ? s : double.PositiveInfinity)]
        }
                : OnAllHeads;
        double[] predicted = [.. x.Select(own.Predict)];
        var random = new Random(seed);
        double[] draws = [.. Bootstrap.Draws(importance.Count, DefaultDraws, random)
            .Select(rows => RankCorrelation.Spearman([.. rows.Select(i => predicted[i])], [.. rows.Select(i => importance[i])]))];
        double rank = RankCorrelation.Spearman(predicted, importance);
        double[] ranks = Ranks.Of(predicted), shuffled = Ranks.Of(importance);
        double[] @null = [.. Enumerable.Range(0, FeatureEffects.Shuffles).Select(_ =>
        {
            random.Shuffle(shuffled);
            return 1 + RankCorrelation.Pearson(ranks, shuffled);
        })];
        return new ImportanceTransfer(Explained(importance, predicted), rank, Interval.OfDraws(rank, draws),
            Permutation.PValue(1 + rank, @null), predicted);
    }

    private static (HeadTable Columns, double[][] X, double[] Y, double Mean, double Spread, NestedRidge Nested) Prepare(HeadTable table,
        IReadOnlyList<double> importance, IReadOnlyList<string>? features, HeadFolds folds, int seed)
    {
        var columns = table.Select(features ?? HeadClusters.DefaultFeatures(table));
        Check(columns, importance);
        double[][] x = columns.Points(Scaling.None);
        double spread = Spread(importance), mean = importance.Average();
        var nested = new NestedRidge(x, folds == HeadFolds.ByLayer ? [.. table.Grid.All().Select(h => h.Layer)]
            : NestedRidge.Deal(importance.Count, Folds, seed), seed);
        return (columns, x, [.. importance.Select(v => (v - mean) / spread)], mean, spread, nested);
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
        if (importance.Count != columns.Grid.Count)
            throw new InputException("importance", null, $"has {importance.Count} values for {columns.Grid.Count} heads",
                "Give one value per head");
        if (importance.Count < least)
            throw new InputException("importance", null,
                $"is of {importance.Count} heads, and {least} are the fewest that allow a conclusion",
                    "Take a model with more heads");
        int bad = importance.ToList().FindIndex(v => !double.IsFinite(v));
        if (bad >= 0)
            throw new InputException("importance", $"head {columns.Grid[bad]}", "is not finite", "Repair what it was computed from");
        if (!(Spread(importance) > 1e-12 * importance.Max(Math.Abs)))
            throw new InputException("importance", null, "is the same for all heads", "There is nothing to explain");
    }
}

/// <summary>A model of importance on other heads or texts.</summary>
/// <param name="R2">Share of the variance that it explains there; below 0 it is worse than their mean.</param>
/// <param name="Rank">Spearman's correlation of predicted with true importance, which no unit and no shift can spoil.</param>
/// <param name="RankInterval">95 % of the draws of heads lie in it.</param>
/// <param name="PValue">One-sided p of a permutation test of the rank correlation: how rarely importance dealt out at random is predicted
/// as well.</param>
/// <param name="Predicted">What it predicts.</param>
public sealed record ImportanceTransfer(double R2, double Rank, Interval RankInterval, double PValue, double[] Predicted);
