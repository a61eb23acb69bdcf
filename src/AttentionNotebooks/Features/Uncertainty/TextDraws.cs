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
        using var scope = NewDisposeScope();
        int texts = column.PerText!.Count, heads = column.Count, draws = (int)weights.shape[0];
        double[] values = new double[texts * heads], counts = new double[texts * heads];
        foreach (var (t, row) in column.PerText.Index())
            for (int h = 0; h < heads; h++)
                if (!double.IsNaN(row[h])) (values[t * heads + h], counts[t * heads + h]) = (row[h], column.TextWeights?[t] ?? 1);
        double[] Drawn(double[] perText) => weights.matmul(tensor(perText, [texts, heads])).t().contiguous().data<double>().ToArray();
        double[] sums = Drawn(values), of = Drawn(counts);
        return [.. Enumerable.Range(0, heads).Select(h =>
            Enumerable.Range(h * draws, draws).Select(i => of[i] > 0 ? sums[i] / of[i] : double.NaN).ToArray())];
    }
}
