namespace AttentionNotebooks.Tests.Statistics;

/// <summary>What a test by draws can say at best.</summary>
public class LeastPValueTests
{
    [Theory]
    [InlineData(19, 1, 0.05, false), InlineData(20, 1, 1 / 21.0, true)]
    [InlineData(200, 44, 44 / 201.0, false), InlineData(1000, 56, 56 / 1001.0, false), InlineData(1120, 56, 56 / 1121.0, true)]
    [InlineData(20, 4, 4 / 21.0, false), InlineData(80, 4, 4 / 81.0, true), InlineData(3, 10, 1, false)]
    public void It_is_the_rank_of_the_farthest_times_the_tests(int draws, int tests, double least, bool enough)
    {
        Assert.Equal(least, LeastPValue.Of(draws, tests), 1e-12);
        // What the correction does to the least p-value among many that are 1.
        double[] p = [1.0 / (draws + 1), .. Enumerable.Repeat(1.0, tests - 1)];
        Assert.Equal(least, MultipleTesting.Holm(p)[0], 1e-12);
        Assert.Equal(enough, LeastPValue.Warning(draws, tests, "shufflings", "--draws") is null);
    }

    [Fact]
    public void So_many_draws_are_enough_and_one_less_is_not()
    {
        for (int tests = 1; tests < 3000; tests++)
        {
            int draws = LeastPValue.DrawsFor(tests);
            Assert.True(LeastPValue.Of(draws, tests) < LeastPValue.Level && LeastPValue.Of(draws - 1, tests) >= LeastPValue.Level);
        }
    }

    [Fact]
    public void The_remedy_is_named_and_it_works()
    {
        Assert.Equal("Nothing could be found here: with 20 random groups and 4 tests no p-value after the correction can be below 0.190. "
            + "Set --random-groups to 80 or more.", LeastPValue.Warning(20, 4, "random groups", "--random-groups"));
        Assert.Null(LeastPValue.Warning(80, 4, "random groups", "--random-groups"));
        Assert.Equal("Nothing could be found here: with 10 shufflings no p-value can be below 0.091. Set draws to 20 or more.",
            LeastPValue.Warning(10, 1, "shufflings", "draws"));
        Assert.Null(LeastPValue.Warning(0, 4, "random groups", "--random-groups")); // none was asked for
    }
}
