namespace AttentionNotebooks;

/// <summary>
/// How sure a difference per question is: the items are drawn with replacement, as many as there are, before and after
/// together, and the difference is computed of each draw. Percentile intervals (Efron 1979).
/// </summary>
public static class PairedBootstrap
{
    /// <summary>Draws unless told otherwise.</summary>
    public const int DefaultDraws = 1000;

    /// <summary>Intervals of ratios Σ difference / Σ weight over items. All series see the same draws.</summary>
    /// <param name="differences">Per series, each item's difference.</param>
    /// <param name="weights">Each item's weight, such as the number of its questions; 0 or more. A draw without weight is left out.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that an interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <returns>The ends of each series' interval; NaN where no draw has weight.</returns>
    /// <exception cref="InputException">There are fewer than two items: nothing can be told of their spread.</exception>
    /// <exception cref="ArgumentException">A series has another number of items.</exception>
    public static IReadOnlyList<(double Low, double High)> Intervals(IReadOnlyList<double[]> differences, IReadOnlyList<double> weights, int draws = DefaultDraws, double level = 0.95, int seed = 0)
    {
        int items = weights.Count, series = differences.Count;
        if (items < 2) throw new InputException("an interval over items", null, $"needs two items at least, and there is {items}", "Give more texts");
        if (differences.Any(d => d.Length != items)) throw new ArgumentException($"a series does not have {items} items", nameof(differences));
        // Item by item, so that a draw adds whole rows.
        var rows = new double[items * series];
        for (int s = 0; s < series; s++)
            for (int i = 0; i < items; i++) rows[i * series + s] = differences[s][i];
        List<double>[] drawn = [.. Enumerable.Range(0, series).Select(_ => new List<double>(draws))];
        var random = new Random(seed);
        var sums = new double[series];
        for (int d = 0; d < draws; d++)
        {
            Array.Clear(sums);
            double weight = 0;
            for (int n = 0; n < items; n++)
            {
                int item = random.Next(items);
                weight += weights[item];
                var row = rows.AsSpan(item * series, series);
                for (int s = 0; s < sums.Length; s++) sums[s] += row[s];
            }
            if (!(weight > 0)) continue;
            for (int s = 0; s < series; s++) drawn[s].Add(sums[s] / weight);
        }
        double At(List<double> values, double q) => values.Count == 0 ? double.NaN : Quantile.Of([.. values], q);
        return [.. drawn.Select(v => (At(v, (1 - level) / 2), At(v, (1 + level) / 2)))];
    }
}
