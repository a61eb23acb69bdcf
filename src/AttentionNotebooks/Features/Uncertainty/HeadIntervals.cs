using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Intervals of a feature, one per head in the grid's order.</summary>
/// <param name="Low">Lower ends; NaN where a head has no value in the draws.</param>
/// <param name="High">Upper ends.</param>
public sealed record HeadIntervals(string Feature, double[] Low, double[] High);

/// <summary>
/// How sure a head's value is: the texts are drawn with replacement, as many as there are, and the value is computed of each
/// draw. Percentile intervals (Efron 1979). All heads and features see the same draws.
/// </summary>
public static class TextIntervals
{
    /// <summary>Intervals of every head, for every feature.</summary>
    /// <param name="values">Values per text.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="level">The share of draws that an interval holds.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="InputException">There are fewer than two texts: their spread is not known.</exception>
    public static IReadOnlyList<HeadIntervals> Intervals(this TextValues values,
        int draws = Bootstrap.DefaultDraws, double level = 0.95, int seed = 0)
    {
        int texts = values.Texts.Count;
        if (texts < 2)
            throw new InputException("an interval over texts", null, $"needs two texts at least, and there is {texts}", "Give more texts");
        using var scope = NewDisposeScope();
        var drawn = TextDraws.Weights(texts, draws, seed);
        return [.. values.Features.Select(f =>
        {
            Interval[] ofHeads =
                [.. values.Weighted(f, drawn).Select(v => Interval.OfDraws(double.NaN, v, (1 - level) / 2, (1 + level) / 2))];
            return new HeadIntervals(f.Name, [.. ofHeads.Select(i => i.Low)], [.. ofHeads.Select(i => i.High)]);
        })];
    }
}
