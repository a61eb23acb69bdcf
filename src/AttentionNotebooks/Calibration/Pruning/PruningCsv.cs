using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>Pruning curves as CSV, a row per order and step, invariant culture, numbers that read back to the same bits; intervals are over
/// draws of items, 95 %.</summary>
public static class PruningCsv
{
    /// <summary>The columns; <c>kind</c> is <c>order</c> or <c>random</c>.</summary>
    public const string Header = "order,kind,removed,loss,loss_low,loss_high,accuracy,accuracy_low,accuracy_high";

    /// <summary>Writes curves.</summary>
    /// <param name="study">The curves.</param>
    /// <param name="file">The file; it holds the whole table or is as it was.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="InputException">The folder cannot be written to, or there is one item only.</exception>
    public static void Write(PruningStudy study, string file, int seed = 0) => AtomicFile.WriteText(file, Of(study, seed));

    /// <summary>The CSV text.</summary>
    /// <param name="study">The curves.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="InputException">There is one item only.</exception>
    public static string Of(PruningStudy study, int seed = 0)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var (curve, kind) in study.Curves.Select(c => (c, "order")).Concat(study.Random.Select(c => (c, "random"))))
        {
            double[] questions = [.. curve.Scores[0].Targets.Select(q => (double)q)];
            var losses = Bootstrap.Ratios([.. curve.Scores.Select(s => s.Losses)], questions, seed: seed);
            var right = Bootstrap.Ratios([.. curve.Scores.Select(s => s.Correct.Select(c => (double)c).ToArray())], questions, seed: seed);
            var (loss, accuracy) = (curve.Loss, curve.Accuracy);
            for (int s = 0; s < loss.Count; s++)
                text.Append(CultureInfo.InvariantCulture,
                    $"{CsvText.Field(curve.Name)},{kind},{curve.Removed[s]},{loss[s]:R},{losses[s].Low:R},{losses[s].High:R},"
                        + $"{accuracy[s]:R},{right[s].Low:R},{right[s].High:R}\n");
        }
        return text.ToString();
    }
}
