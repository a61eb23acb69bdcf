using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>One corpus less another at equal text length, per head in the grid's order.</summary>
/// <param name="Raw">The difference of the plain means, length and all.</param>
/// <param name="Matched">The difference within bins of length, averaged over the bins, with its 95 % interval over texts.</param>
/// <param name="Bins">The bins that both corpora have texts in.</param>
public sealed record LengthComparison(string Feature, double[] Raw, Interval[] Matched, IReadOnlyList<LengthBin> Bins);

/// <summary>Texts of like length.</summary>
/// <param name="Shortest">Tokens of the shortest.</param>
/// <param name="Longest">Tokens of the longest.</param>
/// <param name="First">How many are of the first corpus.</param>
/// <param name="Second">How many are of the second.</param>
public readonly record struct LengthBin(int Shortest, int Longest, int First, int Second);

/// <summary>How a head's value moves with the length of the text: value = intercept + slope·n, by least squares.</summary>
/// <param name="Intercept">The value at no length.</param>
/// <param name="Slope">Change per token of the text.</param>
/// <param name="Explained">The share of the variance over texts that the line explains, r².</param>
public readonly record struct LengthTrend(Head Head, double Intercept, double Slope, double Explained)
{
    /// <summary>The value at a length.</summary>
    /// <param name="tokens">n.</param>
    public double At(double tokens) => Intercept + Slope * tokens;
}

/// <summary>
/// Distance grows with the length of texts: corpora are compared among texts of like length, or at one length on the line.
/// </summary>
public static class LengthMatched
{
    /// <summary>Compares two corpora, or two models on their own texts, in bins of length.</summary>
    /// <param name="first">Values of the one.</param>
    /// <param name="second">Values of the other, of a model with as many heads.</param>
    /// <param name="feature">The feature; it must have a value in single texts.</param>
    /// <param name="bins">How many bins, with as many texts of both together in each.</param>
    /// <param name="draws">Draws of the bootstrap, which draws texts within bins.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="InputException">The grids differ, no bin has texts of both, or the feature does not exist or has no value in single
    /// texts.</exception>
    public static LengthComparison Compare(TextValues first, TextValues second, string feature, int bins = 5,
        int draws = Bootstrap.DefaultDraws, int seed = 0)
    {
        if (first.Grid != second.Grid)
            throw new InputException("a comparison of heads", null,
                $"needs as many heads on both sides, not {first.Grid} and {second.Grid}", "Compare models of one architecture");
        foreach (var side in new[] { first, second })
        {
            side.Row(0, feature); // a feature without a value in single texts is refused here
            RequireLengths(side);
        }
        int[] a = [.. first.Texts.Select(t => t.Length)], b = [.. second.Texts.Select(t => t.Length)], edges = Edges([.. a, .. b], bins);
        int BinOf(int length) => Array.FindLastIndex(edges, e => e <= length);
        var groups = Enumerable.Range(0, edges.Length)
            .Select(k => (First: PositionsOf(a, n => BinOf(n) == k), Second: PositionsOf(b, n => BinOf(n) == k)))
            .Where(g => g.First.Length > 0 && g.Second.Length > 0).ToArray();
        if (groups.Length == 0)
            throw new InputException("a comparison at equal length", null, "is not possible: no bin of length has texts of both",
                "Use fewer bins, or texts whose lengths overlap");

        // A bin counts as much as a difference of two means of so many texts can show: harmonically.
        double[] weights = [.. groups.Select(g => 1.0 / (1.0 / g.First.Length + 1.0 / g.Second.Length))];
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var ofFirst = ByBin(first, a.Length, g => g.First);
        var ofSecond = ByBin(second, b.Length, g => g.Second);
        double[][] differences = [.. Enumerable.Range(0, first.Grid.Count).Select(h => Enumerable.Range(0, draws + 1)
            .Select(d => Matched(weights, k => ofFirst[k][h][d] - ofSecond[k][h][d])).ToArray())];

        // [bin][head position][0: every text once; then the draws within bins]
        double[][][] ByBin(TextValues values, int texts, Func<(int[] First, int[] Second), int[]> side)
        {
            double[][] rows = [.. groups.Select(_ => new double[(draws + 1) * texts])];
            for (int d = 0; d <= draws; d++)
                for (int k = 0; k < groups.Length; k++)
                {
                    var own = side(groups[k]);
                    foreach (int t in d == 0 ? own : Bootstrap.Draw(own.Length, random).Select(i => own[i]))
                        rows[k][d * texts + t] += 1.0 / own.Length;
                }
            return [.. rows.Select(r => values.Weighted(values.FeatureOf(feature), tensor(r, [draws + 1, texts])))];
        }
        double[] meanFirst = first.ToTable().Column(feature), meanSecond = second.ToTable().Column(feature);
        return new LengthComparison(feature, [.. meanFirst.Zip(meanSecond, (x, y) => x - y)],
            [.. differences.Select(d => Interval.OfDraws(d[0], d[1..]))],
            [.. groups.Select(g => Bin(g.First.Select(t => a[t]), g.Second.Select(t => b[t])))]);
    }

    /// <summary>The line of a feature over the texts' lengths, for each head.</summary>
    /// <param name="values">Values per text.</param>
    /// <param name="feature">The feature; it must have a value in single texts.</param>
    /// <exception cref="InputException">All texts are of one length, or the feature does not exist or has no value in single
    /// texts.</exception>
    public static IReadOnlyList<LengthTrend> OnLength(this TextValues values, string feature)
    {
        RequireLengths(values);
        return [.. values.Grid.All().Select(head =>
        {
            int[] texts = [.. Enumerable.Range(0, values.Texts.Count).Where(t => !double.IsNaN(values[t, head, feature]))];
            double[] n = [.. texts.Select(t => (double)values.Texts[t].Length)], y = [.. texts.Select(t => values[t, head, feature])];
            double mean = n.DefaultIfEmpty().Average(), spread = n.Sum(v => (v - mean) * (v - mean));
            if (spread == 0)
                throw new InputException("a line over lengths", null,
                    texts.Length == 0 ? $"does not exist: head {head} has a value in no text"
                        : $"does not exist: all texts have {n[0]} tokens",
                    "Give texts of different lengths");
            double slope = n.Zip(y, (x, v) => (x - mean) * v).Sum() / spread, r = RankCorrelation.Pearson(n, y);
            return new LengthTrend(head, y.Average() - slope * mean, slope, double.IsNaN(r) ? 0 : r * r);
        })];
    }

    // Bins keep their weights where texts have no value; a bin in which one side has none is left out of both.
    private static double Matched(double[] weights, Func<int, double> difference)
    {
        int[] known = [.. Enumerable.Range(0, weights.Length).Where(k => double.IsFinite(difference(k)))];
        return known.Sum(k => weights[k] * difference(k)) / known.Sum(k => weights[k]);
    }

    private static int[] PositionsOf(int[] lengths, Func<int, bool> within) =>
        [.. Enumerable.Range(0, lengths.Length).Where(t => within(lengths[t]))];

    private static LengthBin Bin(IEnumerable<int> first, IEnumerable<int> second) =>
        new(first.Concat(second).Min(), first.Concat(second).Max(), first.Count(), second.Count());

    // The least length of each bin; as many texts in each as equal lengths allow.
    private static int[] Edges(int[] lengths, int bins)
    {
        int[] sorted = [.. lengths.Order()];
        return [.. Enumerable.Range(0, bins).Select(k => sorted[(int)((long)k * sorted.Length / bins)]).Distinct()];
    }

    // A file of values per text does not hold them.
    private static void RequireLengths(TextValues values)
    {
        if (values.Texts.Any(t => t.Length == 0))
            throw new InputException("values per text", null, "do not say how long the texts are",
                "Record them from the texts instead of reading them from a file");
    }
}
