namespace AttentionNotebooks.Tests.Statistics;

/// <summary>Intervals that leave a fifth of the units out.</summary>
public class JackknifeTests
{
    [Fact]
    public void A_draw_is_four_fifths_of_the_units_each_once()
    {
        var random = new Random(0);
        foreach (var (units, kept) in new[] { (2, 1), (5, 4), (10, 8), (97, 78) })
        {
            int[] draw = Jackknife.Keep(units, random);
            Assert.Equal(kept, draw.Distinct().Count());
            Assert.Equal(kept, draw.Length);
            Assert.All(draw, i => Assert.InRange(i, 0, units - 1));
        }
        Assert.True(Enumerable.Range(0, 50).SelectMany(_ => Jackknife.Keep(5, random)).Distinct().Count() == 5);
    }

    [Fact]
    public void Of_a_mean_it_is_the_textbook_standard_error()
    {
        // Five values, each left out once: √(4 · mean of (mean without it − mean)²) = s / √5.
        double[] values = [1, 2, 4, 8, 16];
        double mean = values.Average(), s = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / 4);
        var interval = Jackknife.Of(mean, [.. values.Select(left => (values.Sum() - left) / 4)], 5);
        Assert.Equal((mean - 1.959964 * s / Math.Sqrt(5), mean + 1.959964 * s / Math.Sqrt(5)), (interval.Low, interval.High),
            (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
    }

    [Fact]
    public void Draws_that_are_all_lower_widen_the_interval_and_do_not_move_it()
    {
        var interval = Jackknife.Of(0.9, [0.8, 0.8, 0.8], 10, most: 1);
        Assert.Equal(0.9 - 1.959964 * 0.2, interval.Low, 1e-9);
        Assert.Equal(1, interval.High);
    }
}
