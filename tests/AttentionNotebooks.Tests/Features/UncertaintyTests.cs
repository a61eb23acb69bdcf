namespace AttentionNotebooks.Tests.Features;

/// <summary>How sure values are: intervals, reliability, comparisons at equal length.</summary>
public class UncertaintyTests
{
    private static readonly HeadGrid One = new(1, 1);

    [Fact]
    public void An_interval_is_that_of_drawing_texts_with_replacement()
    {
        var source = Corpus.Source();
        var values = source.Record([DistanceFeatures.MeanDistance, StructureFeatures.BestOffsetMass]);
        var intervals = values.Intervals(draws: 400, seed: 5);
        // The same draws in plain loops.
        var random = new Random(5);
        int n = source.Texts.Count;
        int[][] draws = [.. Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, n).Select(_ => random.Next(n)).ToArray())];
        foreach (var head in source.Grid.All())
        {
            int at = source.Grid.PositionOf(head);
            Assert.Equal(Quantile(draws.Select(d => d.Average(t => SlowFeatures.Of("mean_distance", source[t, head], source.Texts[t]))),
                0.975), intervals[0].High[at], 1e-4);
            Assert.Equal(Quantile(draws.Select(d => SlowFeatures.Together("best_offset_mass", [.. d.Select(t => source[t, head])])), 0.025),
                intervals[1].Low[at], 1e-4);
        }
    }

    [Fact]
    public void Intervals_hold_the_true_mean_about_as_often_as_they_say()
    {
        // 40 texts whose feature is normal with mean 0; a percentile interval of so few texts holds it slightly too seldom.
        const int Trials = 300;
        int held = Enumerable.Range(0, Trials).Count(seed =>
        {
            var interval = Given(40, seed, _ => 0).Intervals(draws: 300, seed: seed)[0];
            return interval.Low[0] < 0 && 0 < interval.High[0];
        });
        Assert.InRange(held / (double)Trials, 0.89, 0.98);
    }

    [Fact]
    public void Where_all_texts_agree_the_interval_is_the_value()
    {
        var source = new MapsInMemory(One, [new("0", 8, null), new("1", 8, null)], (_, _) => Maps.Previous(8));
        var interval = source.Record([DistanceFeatures.MeanDistance]).Intervals()[0];
        Assert.Equal((7 / 8.0, 7 / 8.0), (Math.Round(interval.Low[0], 9), Math.Round(interval.High[0], 9)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_other_ones()
    {
        var values = Corpus.Source().Record();
        Assert.Equal(values.Intervals(seed: 3)[0].Low, values.Intervals(seed: 3)[0].Low);
        Assert.NotEqual(values.Intervals(seed: 3)[0].Low, values.Intervals(seed: 4)[0].Low);
        Assert.Equal(values.Reliabilities(seed: 3)[0], values.Reliabilities(seed: 3)[0]);
    }

    [Fact]
    public void Reliability_is_one_for_heads_that_never_change_and_none_for_noise()
    {
        var grid = new HeadGrid(4, 5);
        var texts = Enumerable.Range(0, 20).Select(t => new AttentionText($"{t}", 9, null)).ToArray();
        var steady = new MapsInMemory(grid, texts, (_, h) => Maps.Random(9, 10 * h.Layer + h.Index)).Record([DistanceFeatures.MeanDistance])
            .Reliabilities()[0];
        Assert.Equal((1, 1), (Math.Round(steady.Interval.Low, 6), Math.Round(steady.Interval.High, 6)));
        var noise = new MapsInMemory(grid, texts, (t, h) => Maps.Random(9, 1000 * t + 10 * h.Layer + h.Index))
            .Record([DistanceFeatures.MeanDistance]).Reliabilities()[0];
        Assert.InRange(noise.Value, -1.2, 0.5);
        Assert.True(double.IsNaN(new MapsInMemory(grid, texts, (_, _) => Maps.Uniform(9)).Record([DistanceFeatures.MeanDistance])
            .Reliabilities()[0].Value));
    }

    [Fact]
    public void Spearman_and_Brown_by_hand()
    {
        // Two texts, three heads: the halves are the texts themselves, 1 2 3 and 1 3 2, r = ½, so 2·½ / (1 + ½) = ⅔.
        double[][] text = [[1, 2, 3], [1, 3, 2]];
        var values = Values(new HeadGrid(1, 3), [5, 5], (t, h) => text[t][h]);
        Assert.Equal(2 / 3.0, values.Reliabilities()[0].Value, 1e-6);
    }

    [Fact]
    public void A_difference_that_is_only_one_of_length_vanishes_at_equal_length()
    {
        // The head's value is a tenth of the length, in both corpora; the second is longer.
        var (a, b) = (Given(Lengths(1, 10, 30), n => n / 10.0), Given(Lengths(2, 20, 40), n => n / 10.0));
        var compared = LengthMatched.Compare(a, b, "given", bins: 8);
        Assert.InRange(compared.Raw[0], -1.4, -0.6);
        Assert.InRange(compared.Matched[0].Value, -0.15, 0.15);
        Assert.True(compared.Matched[0].Low <= compared.Matched[0].Value && compared.Matched[0].Value <= compared.Matched[0].High);
        Assert.All(compared.Bins, bin => Assert.True(bin.First > 0 && bin.Second > 0 && bin.Shortest <= bin.Longest));
        // A true difference of 1 stays.
        Assert.InRange(LengthMatched.Compare(a, Given(Lengths(2, 20, 40), n => n / 10.0 + 1), "given", bins: 8).Matched[0].Value, -1.15,
            -0.85);
    }

    [Fact]
    public void Texts_without_a_value_do_not_bring_length_back()
    {
        // A tenth of the length in both corpora, but of the short texts of the first only one in ten has a value.
        int[] lengths = [.. Enumerable.Range(0, 100).Select(t => t < 50 ? 10 : 40)];
        var sparse = Values(One, lengths, (t, _) => t < 50 && t % 10 != 0 ? double.NaN : lengths[t] / 10.0);
        var compared = LengthMatched.Compare(sparse, Given(lengths, n => n / 10.0), "given", bins: 2);
        Assert.True(compared.Raw[0] > 1);
        Assert.Equal(0, compared.Matched[0].Value, 1e-9);
        // A bin in which the first has no value at all says nothing of either.
        sparse = Values(One, lengths, (t, _) => t < 50 ? double.NaN : lengths[t] / 10.0);
        Assert.Equal(0, LengthMatched.Compare(sparse, Given(lengths, n => n / 10.0), "given", bins: 2).Matched[0].Value, 1e-9);
    }

    [Fact]
    public void The_line_over_length_by_hand()
    {
        var trend = Values(One, [2, 4, 6], (t, _) => new[] { 1, 2, 3 }[t]).OnLength("given")[0];
        Assert.Equal((0.5, 0, 1), (Math.Round(trend.Slope, 9), Math.Round(trend.Intercept, 9), Math.Round(trend.Explained, 9)));
        Assert.Equal(5, trend.At(10), 1e-9);
        // The uniform map's distance grows by about a third of a token per token.
        var uniform = new MapsInMemory(One, [.. Enumerable.Range(10, 30).Select(n => new AttentionText($"{n}", n, null))],
            (t, _) => Maps.Uniform(t + 10)).Record([DistanceFeatures.MeanDistance, DistanceFeatures.RelativeDistance]);
        Assert.Equal(1 / 3.0, uniform.OnLength("mean_distance")[0].Slope, 1e-2);
        Assert.Equal(0, uniform.OnLength("relative_distance")[0].Slope, 1e-6);
    }

    [Fact]
    public void What_cannot_be_told_is_refused()
    {
        var source = Corpus.Source();
        Assert.Contains("has no value in a single text",
            Assert.Throws<InputException>(() => source.Record([StructureFeatures.BestOffset])[0, new Head(0, 0), "best_offset"]).Message);
        Assert.Contains("two texts at least", Assert.Throws<InputException>(() => MapsInMemory.Single(Maps.Uniform(4)).Record()
            .Intervals()).Message);
        Assert.Contains("are allowed. Use fewer texts", Assert.Throws<InputException>(() => source.Record(memory: 1000)).Message);
        Assert.Contains("no bin of length has texts of both",
            Assert.Throws<InputException>(() => LengthMatched.Compare(Given([5, 5], n => n), Given([90, 90], n => n), "given",
                bins: 2)).Message);
        Assert.Contains("all texts have 5 tokens", Assert.Throws<InputException>(() => Given([5, 5], n => n).OnLength("given")).Message);
        Assert.Contains("as many heads on both sides",
            Assert.Throws<InputException>(() => LengthMatched.Compare(source.Record(), Given([5, 5], n => n), "entropy")).Message);
    }

    private static int[] Lengths(int seed, int from, int to)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 200).Select(_ => random.Next(from, to))];
    }

    // One head, one feature of given values by length.
    private static TextValues Given(int[] lengths, Func<int, double> of) => Values(One, lengths, (t, _) => of(lengths[t]));

    private static TextValues Given(int texts, int seed, Func<int, double> mean)
    {
        var random = new Random(seed);
        return Values(One, [.. Enumerable.Repeat(5, texts)],
            (t, _) => mean(t) + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    private static TextValues Values(HeadGrid grid, int[] lengths, Func<int, int, double> of)
    {
        var values = new TextValues(grid, [new HeadFeature("given", "?", (_, _) => throw new InvalidOperationException())],
            [.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))]);
        for (int t = 0; t < lengths.Length; t++)
            for (int h = 0; h < grid.Count; h++) values.Set(t, 0, h, of(t, h));
        return values;
    }

    private static double Quantile(IEnumerable<double> x, double q)
    {
        double[] sorted = [.. x.Order()];
        double at = q * (sorted.Length - 1);
        return sorted[(int)at] + (at - (int)at) * (sorted[Math.Min(sorted.Length - 1, (int)at + 1)] - sorted[(int)at]);
    }
}
