namespace AttentionNotebooks.Tests.Functions.Tasks;

public class PairScaleTests
{
    [Theory]
    [InlineData(1), InlineData(4), InlineData(50)]
    public void Two_cosines_that_tell_the_kinds_apart_give_a_slope_that_can_be_written_down(int each)
    {
        // Platt's targets are (n + 1)/(n + 2) at 0.5 and 1/(n + 2) at −0.5: log-odds ± ln(n + 1), on a line through 0.
        var scale = PairScale.Fit([.. Enumerable.Repeat(0.5, each), .. Enumerable.Repeat(-0.5, each)],
            [.. Enumerable.Repeat(true, each), .. Enumerable.Repeat(false, each)]);
        Assert.Equal(2 * Math.Log(each + 1), scale.Slope, 1e-6);
        Assert.Equal(0, scale.Intercept, 1e-6);
        Assert.Equal(0, scale.Threshold, 1e-6);
    }

    [Fact]
    public void At_the_fit_the_residuals_and_their_products_with_the_cosine_sum_to_nothing()
    {
        var random = new Random(3);
        double[] cosines = [.. Enumerable.Range(0, 300).Select(_ => 0.6 + 0.3 * random.NextDouble())];
        bool[] alike = [.. cosines.Select(c => random.NextDouble() < 1 / (1 + Math.Exp(-20 * (c - 0.7))))];
        var scale = PairScale.Fit(cosines, alike);
        int yes = alike.Count(a => a), no = alike.Length - yes;
        double[] residuals = [.. cosines.Zip(alike, (c, a) => 1 / (1 + Math.Exp(-scale.LogOdds(c)))
            - (a ? (yes + 1.0) / (yes + 2) : 1 / (no + 2.0)))];
        Assert.Equal(0, residuals.Average(), 1e-8);
        Assert.Equal(0, residuals.Zip(cosines, (r, c) => r * c).Average(), 1e-8);
        Assert.InRange(scale.Slope, 10, 32); // 20 made them
        Assert.InRange(scale.Threshold, 0.66, 0.74);
    }

    [Fact]
    public void Cosines_that_are_all_the_same_say_the_share_of_the_kinds()
    {
        var scale = PairScale.Fit([0.7, 0.7, 0.7, 0.7], [true, true, true, false]);
        Assert.Equal(0, scale.Slope);
        Assert.Equal((3 * 0.8 + 1 / 3.0) / 4, 1 / (1 + Math.Exp(-scale.LogOdds(0.7))), 1e-12);
    }

    [Theory]
    [InlineData(0, true, 0.6931471805599453), InlineData(0, false, 0.6931471805599453)]
    [InlineData(1000, false, 1000), InlineData(1000, true, 0), InlineData(-1000, true, 1000)]
    public void A_log_loss_stays_finite(double logOdds, bool yes, double loss) =>
        Assert.Equal(loss, PairScale.LogLoss(logOdds, yes), 1e-12);

    [Fact]
    public void With_a_negative_slope_the_alike_lie_below_the_threshold()
    {
        var scale = PairScale.Fit([0.2, 0.3, 0.7, 0.8], [true, true, false, false]);
        Assert.True(scale.Slope < 0);
        Assert.Equal(0.5, scale.Threshold, 1e-6);
        Assert.True(scale.LogOdds(0.4) > 0 && scale.LogOdds(0.6) < 0);
    }

    [Fact]
    public void Cosines_that_are_unknown_or_of_other_pairs_are_refused()
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
            Assert.Contains("pair 1: has a cosine that is not finite",
                Assert.Throws<InputException>(() => PairScale.Fit([0.1, bad], [true, false])).Message);
        Assert.Contains("are 1 cosines and 2 kinds", Assert.Throws<InputException>(() => PairScale.Fit([0.1], [true, false])).Message);
        Assert.Contains("are 3 cosines and 2 kinds",
            Assert.Throws<InputException>(() => PairScale.Fit([0.1, 0.2, 0.3], [true, false])).Message);
    }

    [Fact]
    public void One_kind_alone_is_refused() =>
        Assert.Contains("are 2 that say the same and 0 that do not",
            Assert.Throws<InputException>(() => PairScale.Fit([0.1, 0.2], [true, true])).Message);
}
