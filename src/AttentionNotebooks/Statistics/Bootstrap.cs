namespace AttentionNotebooks;

/// <summary>
/// How sure a figure of some units (texts, sentences, heads) is: the units are drawn with replacement, as many as there are,
/// and the figure is computed of each draw. Percentile intervals (Efron 1979).
/// </summary>
public static class Bootstrap
{
    /// <summary>Draws by default.</summary>
    public const int DefaultDraws = 1000;

    /// <summary>One draw: positions of units with replacement, as many as there are units.</summary>
    /// <param name="units">How many units there are.</param>
    /// <param name="random">Where the draw comes from.</param>
    public static int[] Draw(int units, Random random)
    {
        var drawn = new int[units];
        for (int i = 0; i < units; i++) drawn[i] = random.Next(units);
        return drawn;
    }

    /// <summary>
    /// Several draws, each made when it is asked for: the caller may take numbers of its own from <paramref name="random"/> in between.
    /// </summary>
    /// <param name="units">How many units there are.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="random">Where the draws come from.</param>
    public static IEnumerable<int[]> Draws(int units, int draws, Random random)
    {
        for (int d = 0; d < draws; d++) yield return Draw(units, random);
    }

    /// <summary>A figure of units, with its interval.</summary>
    /// <param name="units">How many units there are, at least one.</param>
    /// <param name="statistic">The figure of some units, of which one may be given repeatedly.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="ArgumentException">There is no unit.</exception>
    public static Interval Run(int units, Func<int[], double> statistic, int draws = DefaultDraws, double level = 0.95, int seed = 0)
    {
        if (units == 0) throw new ArgumentException("there is no item", nameof(units));
        return Percentiles(statistic([.. Enumerable.Range(0, units)]), Draws(units, draws, new Random(seed)).Select(statistic), level);
    }

    /// <summary>A mean, with its interval over draws of the values; NaN of nothing.</summary>
    /// <param name="values">The values, such as the changes of paired items.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    public static Interval Mean(IReadOnlyList<double> values, int draws = DefaultDraws, double level = 0.95, int seed = 0) =>
        values.Count == 0
        ? new Interval(double.NaN, double.NaN, double.NaN)
        : Run(values.Count, items => items.Average(i => values[i]), draws, level, seed);

    /// <summary>
    /// Ratios Σ value / Σ weight over units, with their intervals. All series see the same draws, so that differences of paired items
    /// keep their pairs.
    /// </summary>
    /// <param name="series">Per series, each unit's value; it may be a difference.</param>
    /// <param name="weights">Each unit's weight, such as the number of its questions; 0 or more. A draw without weight is left out.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that an interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <returns>One interval per series; its ends are NaN where no draw has weight.</returns>
    /// <exception cref="InputException">There are fewer than two units: nothing can be said of their spread.</exception>
    /// <exception cref="ArgumentException">A series has another number of units.</exception>
    public static IReadOnlyList<Interval> Ratios(IReadOnlyList<double[]> series, IReadOnlyList<double> weights,
        int draws = DefaultDraws, double level = 0.95, int seed = 0)
    {
        int units = weights.Count, count = series.Count;
        if (units < 2)
            throw new InputException("an interval over items", null, $"needs two items at least, and there is {units}", "Give more texts");
        if (series.Any(s => s.Length != units)) throw new ArgumentException($"a series does not have {units} items", nameof(series));
        // Unit by unit, so that a draw adds whole rows.
        var rows = new double[units * count];
        for (int s = 0; s < count; s++)
            for (int i = 0; i < units; i++) rows[i * count + s] = series[s][i];
        List<double>[] drawn = [.. series.Select(_ => new List<double>(draws))];
        var sums = new double[count];
        foreach (int[] draw in Draws(units, draws, new Random(seed)))
        {
            Array.Clear(sums);
            double weight = 0;
            foreach (int unit in draw)
            {
                weight += weights[unit];
                var row = rows.AsSpan(unit * count, count);
                for (int s = 0; s < sums.Length; s++) sums[s] += row[s];
            }
            if (!(weight > 0)) continue;
            for (int s = 0; s < count; s++) drawn[s].Add(sums[s] / weight);
        }
        double total = weights.Sum();
        return [.. series.Zip(drawn, (own, ofDraws) => Percentiles(own.Sum() / total, ofDraws, level))];
    }

    /// <summary>One ratio Σ value / Σ weight over units, such as sentences whose words are not independent, with its interval.</summary>
    /// <param name="values">One per unit; may be differences.</param>
    /// <param name="weights">One per unit, such as its items.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <returns>Ends of NaN where there are fewer than two units.</returns>
    public static Interval Ratio(IReadOnlyList<double> values, IReadOnlyList<double> weights,
        int draws = DefaultDraws, double level = 0.95, int seed = 0) => values.Count < 2
            ? new Interval(values.Sum() / weights.Sum(), double.NaN, double.NaN)
            : Ratios([[.. values]], weights, draws, level, seed)[0];

    /// <summary>
    /// How two samples of different units compare, with the interval: each draw takes units of the first sample, then of the second.
    /// </summary>
    /// <param name="first">Values of the one, at least one.</param>
    /// <param name="second">Values of the other, at least one.</param>
    /// <param name="statistic">What compares two samples, such as the difference of their means.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="seed">Decides the draws.</param>
    public static Interval Compare(double[] first, double[] second, Func<double[], double[], double> statistic,
        int draws = DefaultDraws, int seed = 0)
    {
        var random = new Random(seed);
        double[] Drawn(double[] values) => [.. Draw(values.Length, random).Select(i => values[i])];
        var drawn = new double[draws];
        for (int d = 0; d < draws; d++) drawn[d] = statistic(Drawn(first), Drawn(second));
        return Interval.OfDraws(statistic(first, second), drawn);
    }

    private static Interval Percentiles(double value, IEnumerable<double> draws, double level) =>
        Interval.OfDraws(value, draws, (1 - level) / 2, (1 + level) / 2);
}
