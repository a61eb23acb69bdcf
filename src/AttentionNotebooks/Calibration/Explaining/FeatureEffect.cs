namespace AttentionNotebooks;

/// <summary>What one feature says of importance.</summary>
/// <param name="Coefficient">Change of importance, in its standard deviations, with one standard deviation of the feature, the others held;
/// shrunk by the ridge.</param>
/// <param name="CoefficientInterval">95 % of the draws of heads lie in it.</param>
/// <param name="Spearman">Rank correlation of the feature with importance, the others left out of account.</param>
/// <param name="SpearmanInterval">95 % of the draws of heads lie in it.</param>
/// <param name="PValue">Two-sided p of a permutation test of the rank correlation.</param>
/// <param name="Holm">The same, adjusted for all features (Holm 1979).</param>
public sealed record FeatureEffect(string Feature, double Coefficient, Interval CoefficientInterval, double Spearman,
    Interval SpearmanInterval, double PValue, double Holm);

/// <summary>The features of an importance model one by one.</summary>
internal static class FeatureEffects
{
    /// <summary>Shuffles for the p-value of a rank correlation; more where the correction for many features needs them.</summary>
    public const int Shuffles = 999;

    /// <summary>How many shuffles so many features take at least.</summary>
    public static int ShufflesFor(int features) => Math.Max(Shuffles, LeastPValue.DrawsFor(features));

    /// <summary>Coefficients and rank correlations with intervals over draws of heads; each draw is one for all features, each shuffle
    /// too.</summary>
    /// <param name="columns">The features.</param>
    /// <param name="x">Their rows.</param>
    /// <param name="y">Importance, standardised.</param>
    /// <param name="fit">The fit on all heads.</param>
    /// <param name="lambda">Its λ, kept in every draw.</param>
    /// <param name="permutations">Shuffles for the p-values; <see cref="ShufflesFor"/> at least.</param>
    /// <param name="draws">Draws of heads.</param>
    /// <param name="random">Decides both.</param>
    public static FeatureEffect[] Measure(HeadTable columns, double[][] x, double[] y, RidgeFit fit, double lambda, int permutations,
        int draws, Random random)
    {
        int count = columns.Features.Count;
        List<double>[] coefficients = [.. columns.Features.Select(_ => new List<double>())],
            ranks = [.. columns.Features.Select(_ => new List<double>())], @null = [.. columns.Features.Select(_ => new List<double>())];
        foreach (int[] rows in Bootstrap.Draws(y.Length, draws, random))
        {
            double[] drawn = [.. rows.Select(i => y[i])], drawnRanks = Ranks.Of(drawn);
            var again = new Ridge([.. rows.Select(i => x[i])]).Fit(drawn, lambda);
            for (int c = 0; c < count; c++)
            {
                coefficients[c].Add(again.Coefficients[c]);
                ranks[c].Add(RankCorrelation.Pearson(Ranks.Of([.. rows.Select(i => x[i][c])]), drawnRanks));
            }
        }
        double[][] ranked = [.. columns.Features.Select(f => Ranks.Of(columns.Column(f)))];
        double[] importance = Ranks.Of(y), observed = [.. ranked.Select(r => RankCorrelation.Pearson(r, importance))];
        for (int s = 0; s < Math.Max(permutations, ShufflesFor(count)); s++)
        {
            random.Shuffle(importance); // shuffled ranks are the ranks of the shuffled
            for (int c = 0; c < count; c++) @null[c].Add(Math.Abs(RankCorrelation.Pearson(ranked[c], importance)));
        }
        double[] p = [.. observed.Select((o, c) => Permutation.PValue(Math.Abs(o), @null[c]))], holm = MultipleTesting.Holm(p);
        return [.. columns.Features.Select((f, c) =>
            new FeatureEffect(f, fit.Coefficients[c], Interval.OfDraws(fit.Coefficients[c], coefficients[c]), observed[c],
                Interval.OfDraws(observed[c], ranks[c]), p[c], holm[c]))];
    }
}
