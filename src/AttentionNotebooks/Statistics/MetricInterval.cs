namespace AttentionNotebooks;

/// <summary>A figure with its interval.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct MetricInterval(double Value, double Low, double High)
{
    /// <summary>A measure of classes, with a percentile interval over draws of the items with replacement (Efron 1979).</summary>
    /// <param name="metric">The measure.</param>
    /// <param name="gold">The items' classes, from 0; at least one item.</param>
    /// <param name="predicted">The predicted classes.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is no item.</exception>
    /// <exception cref="InvalidOperationException">F1 of more than two classes.</exception>
    public static MetricInterval Of(ClassificationMetric metric, IReadOnlyList<int> gold, IReadOnlyList<int> predicted, int classes, int draws = Bootstrap.DefaultDraws, double level = 0.95, int seed = 0)
    {
        double value = Confusion.Of(gold, predicted, classes).Value(metric);
        return Resample(gold.Count, value, items => Confusion.Of([.. items.Select(i => gold[i])], [.. items.Select(i => predicted[i])], classes).Value(metric), draws, level, seed);
    }

    /// <summary>By how much one series of answers measures above another on the same items; each draw takes the same items of both.</summary>
    /// <param name="metric">The measure.</param>
    /// <param name="gold">The items' classes, from 0; at least one item.</param>
    /// <param name="predicted">The predicted classes.</param>
    /// <param name="reference">The classes predicted before, or by another model.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <returns>The measure of <paramref name="predicted"/> less that of <paramref name="reference"/>.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or there is no item.</exception>
    /// <exception cref="InvalidOperationException">F1 of more than two classes.</exception>
    public static MetricInterval Change(ClassificationMetric metric, IReadOnlyList<int> gold, IReadOnlyList<int> predicted, IReadOnlyList<int> reference, int classes, int draws = Bootstrap.DefaultDraws, double level = 0.95, int seed = 0)
    {
        double Difference(int[] items)
        {
            int[] truth = [.. items.Select(i => gold[i])];
            return Confusion.Of(truth, [.. items.Select(i => predicted[i])], classes).Value(metric) - Confusion.Of(truth, [.. items.Select(i => reference[i])], classes).Value(metric);
        }
        double value = Confusion.Of(gold, predicted, classes).Value(metric) - Confusion.Of(gold, reference, classes).Value(metric);
        return Resample(gold.Count, value, Difference, draws, level, seed);
    }

    /// <summary>A mean, with a percentile interval over draws of the values with replacement; NaN of nothing.</summary>
    /// <param name="values">The values, such as the changes of paired items.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that the interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    public static MetricInterval Mean(IReadOnlyList<double> values, int draws = Bootstrap.DefaultDraws, double level = 0.95, int seed = 0) => values.Count == 0
        ? new MetricInterval(double.NaN, double.NaN, double.NaN)
        : Resample(values.Count, values.Average(), items => items.Average(i => values[i]), draws, level, seed);

    private static MetricInterval Resample(int count, double value, Func<int[], double> measure, int draws, double level, int seed)
    {
        if (count == 0) throw new ArgumentException("there is no item", nameof(count));
        var random = new Random(seed);
        var drawn = new double[draws];
        var items = new int[count];
        for (int d = 0; d < draws; d++)
        {
            for (int i = 0; i < count; i++) items[i] = random.Next(count);
            drawn[d] = measure(items);
        }
        return new MetricInterval(value, Quantile.Of(drawn, (1 - level) / 2), Quantile.Of(drawn, (1 + level) / 2));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Value:0.000} ({Low:0.000} to {High:0.000})");
}
