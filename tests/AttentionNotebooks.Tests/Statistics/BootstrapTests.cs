namespace AttentionNotebooks.Tests.Statistics;

/// <summary>Draws of units with replacement, and intervals from them.</summary>
public class BootstrapTests
{
    [Fact]
    public void An_interval_of_equal_differences_has_no_width_and_of_one_item_there_is_none()
    {
        Assert.Equal(new Interval(0.5, 0.5, 0.5), Bootstrap.Ratios([[1, 2, 3]], [2, 4, 6])[0]); // each item 0.5 per question
        Assert.Contains("two items", Assert.Throws<InputException>(() => Bootstrap.Ratios([[1]], [1])).Message);
        Assert.Throws<ArgumentException>(() => Bootstrap.Ratios([[1, 2, 3]], [1, 1]));
    }

    [Fact]
    public void The_mean_of_paired_changes_and_nothing_at_all()
    {
        var mean = Bootstrap.Mean([.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? 1.0 : 0.0)]);
        Assert.Equal(0.5, mean.Value);
        Assert.Equal(0.40, mean.Low, 0.03); // 0.5 ± 1.96 · 0.5 / √100
        Assert.Equal(0.60, mean.High, 0.03);
        Assert.True(double.IsNaN(Bootstrap.Mean([]).Value));
        Assert.Throws<ArgumentException>(() => Bootstrap.Run(0, _ => 1));
    }

    [Fact]
    public void An_interval_is_that_of_drawing_units_again_number_by_number()
    {
        double[] values = [3, 1, 4, 1, 5, 9, 2, 6];
        var random = new Random(7);
        double[] drawn =
            [.. Enumerable.Range(0, 200).Select(_ => Enumerable.Range(0, 8).Select(_ => values[random.Next(8)]).ToArray().Max())];
        var interval = Bootstrap.Run(8, units => units.Max(i => values[i]), draws: 200, level: 0.8, seed: 7);
        Assert.Equal(new Interval(9, Quantile.Of(drawn, (1 - 0.8) / 2), Quantile.Of(drawn, (1 + 0.8) / 2)), interval);
    }

    [Fact]
    public void Draws_are_made_when_they_are_asked_for_so_that_a_caller_can_draw_in_between()
    {
        Random ours = new(3), theirs = new(3);
        foreach (int[] draw in Bootstrap.Draws(5, 4, ours))
        {
            Assert.Equal(Enumerable.Range(0, 5).Select(_ => theirs.Next(5)), draw);
            Assert.Equal(theirs.Next(100), ours.Next(100));
        }
    }

    [Fact]
    public void Series_over_the_same_units_see_the_same_draws()
    {
        var random = new Random(2);
        double[] one = [.. Enumerable.Range(0, 50).Select(_ => random.NextDouble())], more = [.. one.Select(v => v + 1)];
        var intervals = Bootstrap.Ratios([one, more], [.. one.Select(_ => 1.0)], seed: 4);
        Assert.Equal(intervals[0].Low + 1, intervals[1].Low, 1e-12);
        Assert.Equal(intervals[0].High + 1, intervals[1].High, 1e-12);
        Assert.Equal(intervals[0], Bootstrap.Ratio(one, [.. one.Select(_ => 1.0)], seed: 4));
    }

    [Fact]
    public void A_ratio_of_one_unit_has_a_value_and_no_interval()
    {
        var interval = Bootstrap.Ratio([3], [4]);
        Assert.Equal((0.75, true, true), (interval.Value, double.IsNaN(interval.Low), double.IsNaN(interval.High)));
    }

    [Fact]
    public void Two_samples_are_drawn_each_for_itself()
    {
        // Means 0.5 and 10; the standard error of the difference is √(0.25/100 + 0) = 0.05.
        double[] first = [.. Enumerable.Range(0, 100).Select(i => (double)(i % 2))], second = [10, 10, 10];
        var interval = Bootstrap.Compare(first, second, (a, b) => a.Average() - b.Average(), seed: 1);
        Assert.Equal(-9.5, interval.Value, 1e-12);
        Assert.Equal(-9.5 - 1.96 * 0.05, interval.Low, 0.03);
        Assert.Equal(-9.5 + 1.96 * 0.05, interval.High, 0.03);
    }

    [Fact]
    public void Draws_without_a_finite_figure_are_left_out()
    {
        Assert.Equal(new Interval(1, 2, 2), Interval.OfDraws(1, [double.NaN, 2, double.PositiveInfinity]));
        Assert.True(double.IsNaN(Interval.OfDraws(1, [double.NaN]).Low));
    }
}
