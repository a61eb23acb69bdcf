using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>How well a feature distinguishes heads, given the spread of the texts: would other texts rank the heads alike?</summary>
/// <param name="Interval">Spearman–Brown reliability, the mean over the splits, and where 95 % of the splits lie.</param>
public sealed record Reliability(string Feature, Interval Interval)
{
    /// <summary>
    /// The reliability: 1 where both halves agree on all heads; NaN where no split has two halves with a spread over the heads.
    /// </summary>
    public double Value => Interval.Value;
}

/// <summary>
/// Split-half reliability: the texts are dealt into halves, each half gives every head a value, and the two are correlated
/// over the heads. The correlation r of halves is that of half as many texts; 2r/(1 + r) is what all of them would have
/// (Spearman 1910, Brown 1910).
/// </summary>
public static class SplitHalf
{
    /// <summary>The reliability of every feature.</summary>
    /// <param name="values">Values per text.</param>
    /// <param name="splits">How many random splits.</param>
    /// <param name="seed">Decides the splits.</param>
    /// <exception cref="InputException">There are fewer than two texts or heads.</exception>
    public static IReadOnlyList<Reliability> Reliabilities(this TextValues values, int splits = 100, int seed = 0)
    {
        int texts = values.Texts.Count, half = texts / 2;
        if (texts < 2 || values.Grid.Count < 2)
            throw new InputException("split-half reliability", null,
                $"needs two texts and two heads at least, and there are {texts} and {values.Grid.Count}", "Give more");
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var weights = new double[2 * splits * texts];
        int[] order = [.. Enumerable.Range(0, texts)];
        for (int s = 0; s < splits; s++)
        {
            random.Shuffle(order);
            for (int i = 0; i < texts; i++)
                weights[(2 * s + (i < half ? 0 : 1)) * texts + order[i]] = 1.0 / (i < half ? half : texts - half);
        }
        var halves = tensor(weights, [2 * splits, texts]);
        return [.. values.Features.Select(f =>
        {
            var ofHeads = values.Weighted(f, halves);
            double[] all = [.. Enumerable.Range(0, splits)
                .Select(s => RankCorrelation.Pearson([.. ofHeads.Select(v => v[2 * s])], [.. ofHeads.Select(v => v[2 * s + 1])]))
                .Select(r => 2 * r / (1 + r)).Where(double.IsFinite)];
            return new Reliability(f.Name, Interval.OfDraws(all.DefaultIfEmpty(double.NaN).Average(), all));
        })];
    }
}
