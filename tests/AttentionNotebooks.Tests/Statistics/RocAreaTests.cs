namespace AttentionNotebooks.Tests.Statistics;

public class RocAreaTests
{
    [Theory]
    [InlineData(new[] { 0.9, 0.8, 0.2, 0.1 }, 1.0)]
    [InlineData(new[] { 0.9, 0.4, 0.6, 0.1 }, 0.75)] // .9 beats both, .4 beats one
    [InlineData(new[] { 0.5, 0.5, 0.5, 0.5 }, 0.5)]  // a tie is half
    [InlineData(new[] { 0.1, 0.2, 0.8, 0.9 }, 0.0)]
    public void The_share_of_pairs_in_the_right_order(double[] scores, double area) =>
        Assert.Equal(area, RocArea.Compute(scores, [true, true, false, false]).Area.Value, 1e-12);

    [Fact]
    public void It_is_what_counting_every_pair_gives_and_half_of_Cliffs_delta_and_one()
    {
        var random = new Random(1);
        double[] scores = [.. Enumerable.Range(0, 200).Select(_ => Math.Round(random.NextDouble(), 1))]; // with many ties
        bool[] positive = [.. Enumerable.Range(0, 200).Select(i => i % 3 == 0)];
        double[] high = [.. scores.Where((_, i) => positive[i])], low = [.. scores.Where((_, i) => !positive[i])];
        double counted = high.Sum(h => low.Sum(l => h > l ? 1 : h == l ? 0.5 : 0)) / (high.Length * low.Length);
        var roc = RocArea.Compute(scores, positive);
        Assert.Equal(counted, roc.Area.Value, 1e-12);
        Assert.Equal((1 + EffectSize.CliffsDelta(high, low)) / 2, roc.Area.Value, 1e-12);
        Assert.True(roc.Area.Low < roc.Area.Value && roc.Area.Value < roc.Area.High);
        Assert.Equal((67, 133), (roc.Positives, roc.Negatives));
    }

    [Fact]
    public void What_so_many_could_show_is_what_they_show_four_times_in_five()
    {
        Assert.Equal(0.5 + 2.801585218112969 * Math.Sqrt(101 / (12.0 * 50 * 50)), new RocArea(default, 50, 50).Visible, 1e-12);
        // Normal scores, shifted so that the area is that one: how often does Mann and Whitney's test reject?
        var random = new Random(2);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double area = new RocArea(default, 50, 50).Visible, shift = Math.Sqrt(2) * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, area),
            deviation = Math.Sqrt(101 / (12.0 * 50 * 50));
        const int Runs = 2000;
        bool[] positive = [.. Enumerable.Range(0, 100).Select(i => i < 50)];
        int rejected = Enumerable.Range(0, Runs).Count(_ =>
        {
            double[] scores = [.. positive.Select(p => Normal() + (p ? shift : 0))];
            return Math.Abs(RocArea.Compute(scores, positive, draws: 1).Area.Value - 0.5) > 1.959963984540054 * deviation;
        });
        Assert.InRange(rejected / (double)Runs, 0.76, 0.86);
    }

    [Fact]
    public void Scores_that_are_unknown_or_of_other_units_are_refused_and_infinite_ones_have_an_order()
    {
        Assert.Contains("score 1: is NaN",
            Assert.Throws<InputException>(() => RocArea.Compute([1, double.NaN], [true, false])).Message);
        Assert.Contains("3 scores and 2 kinds", Assert.Throws<InputException>(() => RocArea.Compute([1, 2, 3], [true, false])).Message);
        Assert.Contains("1 scores and 2 kinds", Assert.Throws<InputException>(() => RocArea.Compute([1], [true, false])).Message);
        Assert.Equal(1, RocArea.Compute([double.PositiveInfinity, 0], [true, false]).Area.Value);
    }

    [Fact]
    public void One_kind_alone_is_refused() =>
        Assert.Contains("needs units of both kinds", Assert.Throws<InputException>(() => RocArea.Compute([1, 2], [true, true])).Message);
}
