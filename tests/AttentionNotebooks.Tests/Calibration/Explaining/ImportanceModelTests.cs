using System.Text.Json;

namespace AttentionNotebooks.Tests.Calibration;

/// <summary>Importance explained by features: scikit-learn's ridge, a slow nested cross-validation, and importance made by a known
/// rule.</summary>
public class ImportanceModelTests
{
    private static readonly HeadTable Real = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "AttentionNotebooks.Tests", "Calibration", "Golden",
            "ridge.json"))).RootElement;
    private static readonly string[] Features = [.. Golden.GetProperty("features").EnumerateArray().Select(f => f.GetString()!)];
    private static readonly double[][] X = Real.Select(Features).Points(Scaling.None);

    [Theory, InlineData("0.1"), InlineData("10.0"), InlineData("1000.0")]
    public void Ridge_has_scikit_learns_coefficients_and_predictions(string lambda)
    {
        double[] y = Numbers(Golden.GetProperty("y"));
        var theirs = Golden.GetProperty("fits").GetProperty(lambda);
        double penalty = double.Parse(lambda, System.Globalization.CultureInfo.InvariantCulture);
        var fit = new Ridge(X).Fit(y, penalty);
        Equal(Numbers(theirs.GetProperty("coefficients")), fit.Coefficients);
        Assert.Equal(theirs.GetProperty("intercept").GetDouble(), fit.Intercept, 1e-9);
        Equal(Numbers(theirs.GetProperty("predicted")), [.. X.Select(fit.Predict)]);
        double[] byLayer = new double[y.Length];
        for (int layer = 0; layer < 12; layer++)
        {
            int[] inside = [.. Enumerable.Range(0, y.Length).Where(i => i / 12 != layer)];
            var others = new Ridge([.. inside.Select(i => X[i])]).Fit([.. inside.Select(i => y[i])], penalty);
            for (int h = 0; h < 12; h++) byLayer[layer * 12 + h] = others.Predict(X[layer * 12 + h]);
        }
        Equal(Numbers(theirs.GetProperty("by_layer")), byLayer);
    }

    [Fact]
    public void Nested_cross_validation_is_that_of_plain_loops()
    {
        double[] y = Numbers(Golden.GetProperty("y"));
        int[] folds = NestedRidge.Deal(y.Length, 4, 9);
        double[] fast = new NestedRidge(X, folds, seed: 5).Predict(y);
        for (int fold = 0; fold < 4; fold++)
        {
            int[] inside = [.. Enumerable.Range(0, y.Length).Where(i => folds[i] != fold)];
            int[] inner = NestedRidge.Deal(inside.Length, 5, 5 + fold);
            double Error(double lambda) => Enumerable.Range(0, 5).Sum(f =>
            {
                int[] own = [.. inside.Where((_, i) => inner[i] != f)];
                var fit = new Ridge([.. own.Select(i => X[i])]).Fit([.. own.Select(i => y[i])], lambda);
                return inside.Where((_, i) => inner[i] == f).Sum(i => Math.Pow(y[i] - fit.Predict(X[i]), 2));
            });
            var best = new Ridge([.. inside.Select(i => X[i])]).Fit([.. inside.Select(i => y[i])], NestedRidge.Lambdas.MinBy(Error));
            foreach (int i in Enumerable.Range(0, y.Length).Except(inside)) Assert.Equal(best.Predict(X[i]), fast[i], 1e-9);
        }
    }

    [Fact]
    public void Importance_made_from_a_feature_is_explained_by_it_and_noise_is_not()
    {
        var random = new Random(3);
        double[] distance = Real.Column("mean_distance");
        double spread = Math.Sqrt(distance.Average(d => Math.Pow(d - distance.Average(), 2)));
        double[] made = [.. distance.Select(d => 5 - 2 * d / spread + 0.5 * (random.NextDouble() - 0.5))];
        string[] features = ["mean_distance", "entropy", "previous", "cls"];
        foreach (var folds in new[] { HeadFolds.Random, HeadFolds.ByLayer })
        {
            var model = ImportanceModel.Fit(Real, made, features, folds, permutations: 49);
            Assert.True(model.R2 > 0.9, $"{folds}: {model.R2}");
            Assert.Equal(0.02, model.PValue, 1e-9); // the least of 49 permutations
            Assert.True(model.Null.Max() < 0.3);
            var effect = model.Effects[0];
            Assert.Equal(-1, effect.Coefficient, 0.1);
            Assert.True(effect.CoefficientInterval.Low <= effect.Coefficient && effect.CoefficientInterval.High < 0);
            Assert.True(effect.Spearman < -0.9 && effect.Holm < 0.05);
            Assert.All(model.Effects.Skip(1), e => Assert.True(Math.Abs(e.Coefficient) < 0.2));
        }
        double[] noise = [.. distance.Select(_ => random.NextDouble())];
        var nothing = ImportanceModel.Fit(Real, noise, features, permutations: 49);
        Assert.True(nothing.R2 < 0.1);
        Assert.True(nothing.PValue > 0.02);
    }

    [Fact]
    public void A_rule_carries_over_to_other_texts_and_a_shuffled_one_does_not()
    {
        var tweets = HeadTable.Read(Repository.Path("data", "bert-base", "heads.tweets.csv"));
        string[] features = ["mean_distance", "entropy"];
        double[] Rule(HeadTable t) => [.. t.Column("entropy").Select((e, i) => 3 * e - 0.1 * t.Column("mean_distance")[i])];
        var model = ImportanceModel.Fit(Real, Rule(Real), features, permutations: 0);
        var there = model.Transfer(tweets, Rule(tweets));
        Assert.True(there.R2 > 0.99 && there.RankInterval.Low > 0.95 && there.RankInterval.High <= 1);
        double[] shuffled = Rule(tweets);
        new Random(1).Shuffle(shuffled);
        var nothing = model.Transfer(tweets, shuffled);
        Assert.True(nothing.R2 < 0 && nothing.RankInterval.Low < 0 && nothing.RankInterval.High > 0);
        // A model whose features are twice as large has the same ranks when it is standardised by itself.
        var larger = new HeadTable(Real.Grid, features, [.. features.Select(f => Real.Column(f).Select(v => 10 + 2 * v).ToArray())]);
        Assert.Equal(1, model.Transfer(larger, Rule(Real), rescaled: true).Rank, 1e-3);
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures()
    {
        double[] y = Numbers(Golden.GetProperty("y"));
        ImportanceModel Of(int seed) => ImportanceModel.Fit(Real, y, ["mean_distance", "entropy"], permutations: 9, seed: seed);
        Assert.Equal(Of(1).R2, Of(1).R2);
        Assert.Equal(Of(1).Effects, Of(1).Effects);
        Assert.NotEqual(Of(1).R2, Of(2).R2);
    }

    [Fact]
    public void What_cannot_be_explained_is_refused()
    {
        void Refused(string said, IReadOnlyList<double> importance) =>
            Assert.Contains(said, Assert.Throws<InputException>(() => ImportanceModel.Fit(Real, importance)).Message);
        Refused("3 values", [1, 2, 3]);
        Refused("the same", new double[144]);
        Refused("head 0-1", [1, double.NaN, .. new double[142]]);
    }

    private static double[] Numbers(JsonElement e) => [.. e.EnumerateArray().Select(v => v.GetDouble())];

    private static void Equal(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-8);
    }
}
