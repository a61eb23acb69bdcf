namespace AttentionNotebooks.Tests.Statistics;

/// <summary>Many permutation tests at once: by hand, against the definition written out, and under the null.</summary>
public class WestfallYoungTests
{
    [Fact]
    public void By_hand()
    {
        // The first test is compared with the larger of both, the second with its own: 5 is passed by 6; 2 by 2 and 3.
        double[][] draws = [[1, 6, 0, 2], [3, 0, 2, 1]];
        Assert.Equal([2 / 5.0, 3 / 5.0], WestfallYoung.Adjusted([5, 2], draws));
        // The same in another order, and a test that has no value.
        Assert.Equal([3 / 5.0, double.NaN, 2 / 5.0], WestfallYoung.Adjusted([2, double.NaN, 5], [draws[1], [9, 9, 9, 9], draws[0]]));
        // By itself 4 would have 1/5, but it cannot be surer than the test before it.
        Assert.Equal([3 / 5.0, 3 / 5.0], WestfallYoung.Adjusted([5, 4], [[6, 6, 0, 0], [0, 0, 0, 0]]));
    }

    [Fact]
    public void The_same_as_the_definition_written_out_and_a_single_test_is_a_plain_permutation_test()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 200; trial++)
        {
            int tests = random.Next(1, 7), draws = random.Next(0, 40);
            // Whole numbers, so that there are ties.
            double[] observed = [.. Enumerable.Range(0, tests).Select(_ => random.Next(8) == 0 ? double.NaN : random.Next(10))];
            double[][] @null = [.. observed.Select(_ => Enumerable.Range(0, draws).Select(_ => (double)random.Next(10)).ToArray())];
            double[] most = [.. observed.Select(o => o + random.Next(4))];
            var (adjusted, least) = WestfallYoung.AdjustedAndLeast(observed, @null, most);
            Assert.Equal(adjusted, WestfallYoung.Adjusted(observed, @null));
            for (int i = 0; i < tests; i++)
            {
                double alone = Permutation.PValue(observed[i], @null[i]);
                if (double.IsNaN(observed[i])) Assert.True(double.IsNaN(adjusted[i]));
                else
                {
                    Assert.Equal(Slow(observed, @null, i), adjusted[i], 1e-12);
                    Assert.Equal(Slow([.. observed.Select((o, j) => j == i ? most[i] : o)], @null, i), least[i], 1e-12);
                    Assert.True(adjusted[i] >= alone - 1e-12);
                    Assert.InRange(adjusted[i], 1.0 / (draws + 1), 1);
                    for (int j = 0; j < tests; j++) if (observed[j] > observed[i]) Assert.True(adjusted[j] <= adjusted[i]);
                    if (tests == 1) Assert.Equal(alone, adjusted[i], 1e-12);
                }
            }
        }
    }

    // Of each test that is at least as far as this one: how often any test that is no farther than it reaches it.
    private static double Slow(double[] observed, double[][] @null, int test)
    {
        int draws = @null[0].Length;
        return Enumerable.Range(0, observed.Length).Where(j => observed[j] >= observed[test]).Max(j => (1.0 + Enumerable.Range(0, draws)
            .Count(d => Enumerable.Range(0, observed.Length).Where(i => observed[i] <= observed[j]).Any(i => @null[i][d] >= observed[j])))
            / (1 + draws));
    }

    // Twelve measures that have most of their noise in common, and nothing in them.
    [Fact]
    public void Under_the_null_a_false_rejection_among_all_is_as_rare_as_it_should_be()
    {
        const int Runs = 400, Heads = 20, Tests = 12, Draws = 59;
        int rejected = 0;
        for (int run = 0; run < Runs; run++)
        {
            var random = new Random(run);
            double[] shared = [.. Enumerable.Range(0, Heads).Select(_ => random.NextDouble())];
            double[][] values = [.. Enumerable.Range(0, Tests).Select(_ => shared.Select(s => s + 0.5 * random.NextDouble()).ToArray())];
            int[] heads = [.. Enumerable.Range(0, Heads)];
            double[] Statistics() => [.. values.Select(v => Math.Abs(heads[..5].Average(i => v[i]) - v.Average()))];
            double[] observed = Statistics();
            double[][] draws = [.. Enumerable.Range(0, Draws).Select(_ => { random.Shuffle(heads); return Statistics(); })];
            if (WestfallYoung.Adjusted(observed, [.. Enumerable.Range(0, Tests).Select(t => draws.Select(d => d[t]).ToArray())]).Min()
                <= 0.05) rejected++;
        }
        // 20 expected at the level; below 7 or above 36 has a chance of one in a thousand.
        Assert.InRange(rejected, 7, 36);
    }

    [Fact]
    public void Tests_that_do_not_share_their_draws_are_refused() =>
        Assert.Throws<ArgumentException>(() => WestfallYoung.Adjusted([1, 2], [[1], [1, 2]]));
}
