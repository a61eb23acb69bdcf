using FsCheck;
using FsCheck.Fluent;

namespace AttentionNotebooks.Tests.Statistics;

/// <summary>Ranks, quantiles and rank correlation, by hand and by their definitions.</summary>
public class RankTests
{
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 10, 20, 25, 90 }, 1)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 4, 3, 2, 1 }, -1)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 1, 3, 2 }, 0.5)]
    [InlineData(new double[] { 1, 1, 2 }, new double[] { 1, 2, 3 }, 0.8660254037844387)] // ranks ½ ½ 2 and 0 1 2
    [InlineData(new double[] { 1, 1, 1 }, new double[] { 1, 2, 3 }, double.NaN)]
    public void Rank_correlation(double[] x, double[] y, double expected) => Assert.Equal(expected, RankCorrelation.Spearman(x, y), 1e-12);

    [Fact]
    public void A_rank_is_the_number_of_lesser_values_and_half_of_the_other_equal_ones() =>
        Prop.ForAll(Gen.Choose(-4, 4).ArrayOf().ToArbitrary(), numbers =>
        {
            double[] x = [.. numbers.Select(n => n / 2.0)];
            return Ranks.Of(x).SequenceEqual(x.Select(v => x.Count(u => u < v) + (x.Count(u => u == v) - 1) / 2.0));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 2)]
    [InlineData(0.5, 4)]
    [InlineData(0.625, 6)] // half-way between 4 and 8
    [InlineData(1, 9)]
    public void Quantiles_are_interpolated_between_the_sorted_values(double q, double expected) =>
        Assert.Equal(expected, Quantile.Of([9, 2, 8, 1, 4], q), 1e-12);

    [Fact]
    public void A_single_value_is_every_quantile() => Assert.All(new[] { 0, 0.3, 1 }, q => Assert.Equal(7, Quantile.Of([7.0], q)));
}
