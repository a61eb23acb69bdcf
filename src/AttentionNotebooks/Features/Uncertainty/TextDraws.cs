using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Draws of texts with replacement as weights, so that one product gives a column's values in all of them.</summary>
internal static class TextDraws
{
    /// <summary>A row of weights per draw.</summary>
    /// <param name="texts">How many texts there are, and are drawn.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="seed">Decides the draws: the same texts and seed give the same.</param>
    /// <returns><c>[draws, texts]</c>, float64, rows summing to 1.</returns>
    public static Tensor Weights(int texts, int draws, int seed)
    {
        var weights = new double[draws * texts];
        foreach (var (d, chosen) in Bootstrap.Draws(texts, draws, new Random(seed)).Index())
            foreach (int t in chosen) weights[d * texts + t] += 1.0 / texts;
        return tensor(weights, [draws, texts]);
    }

    /// <summary>What <see cref="HeadColumn.Over"/> gives of every draw. A text without a value of a head (NaN) is left out for
    /// it.</summary>
    /// <param name="column">A column that knows the value of every text.</param>
    /// <param name="weights">The draws, from <see cref="Weights"/>.</param>
    /// <returns><c>[head position][draw]</c>; NaN where a head has no value in a draw.</returns>
    public static double[][] Over(HeadColumn column, Tensor weights)
    {
        int heads = column.Count, draws = (int)weights.shape[0];
        double[] means = Means(weights, [.. column.PerText!.SelectMany(row => row)], heads, column.TextWeights);
        return [.. Enumerable.Range(0, heads).Select(h => means[(h * draws)..((h + 1) * draws)])];
    }

    /// <summary>Weighted means of columns, over the texts that have a value (not NaN).</summary>
    /// <param name="weights"><c>[W, texts]</c>, float64, rows summing to 1.</param>
    /// <param name="values">Text by text, a value per column.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="textWeights">What the values were multiplied by, per text; 1 each when omitted.</param>
    /// <returns>Column by column, one per row of weights; NaN where no text with a value has any weight.</returns>
    public static double[] Means(Tensor weights, double[] values, int columns, IReadOnlyList<double>? textWeights = null)
    {
        using var scope = NewDisposeScope();
        long texts = weights.shape[1];
        double[] Sums(double[] of) => weights.matmul(tensor(of, [texts, columns])).t().contiguous().data<double>().ToArray();
        if (textWeights is null && !Array.Exists(values, double.IsNaN)) return Sums(values);
        double[] known = [.. values.Select(v => double.IsNaN(v) ? 0 : v)],
            present = [.. values.Select((v, i) => double.IsNaN(v) ? 0 : textWeights?[i / columns] ?? 1)];
        return [.. Sums(known).Zip(Sums(present), (sum, weight) => weight > 0 ? sum / weight : double.NaN)];
    }
}
