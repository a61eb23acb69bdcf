using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What <c>attn prune</c> says of its curves.</summary>
internal static class PruneReport
{
    /// <summary>The areas under the curves and their comparisons, as text.</summary>
    public static IEnumerable<string> Lines(PruningStudy study)
    {
        int half = study.Curves[0].Removed.Count / 2;
        yield return
            string.Create(CultureInfo.InvariantCulture,
                $"  {"",-16} {"area: loss [95 %]",-24} {"area: accuracy [95 %]",-26} loss, accuracy with {study.Curves[0].Removed[half]} "
                    + $"heads removed");
        foreach (var (area, i) in study.Areas.Select((a, i) => (a, i)))
            yield return Row(area) + Text($" {study.Curves[i].Loss[half]:F3}, {study.Curves[i].Accuracy[half]:P1}");
        if (study.RandomArea is { } mean)
            yield return Row(mean)
                + Text($" {study.Random.Average(c => c.Loss[half]):F3}, {study.Random.Average(c => c.Accuracy[half]):P1} (means)");
        if (study.Comparisons.Count > 0)
            yield return
                "  paired, on the same items (area of loss, nats a question, below 0 the first keeps more; p: how rarely a random order "
                + "keeps as much, Holm over the orders):";
        foreach (var c in study.Comparisons)
            yield return
                string.Create(CultureInfo.InvariantCulture,
                    $"    {$"{c.First} − {c.Second}",-30} {c.Loss.Value:+0.000;−0.000;0.000} [{c.Loss.Low:+0.000;−0.000;0.000}, "
                        + $"{c.Loss.High:+0.000;−0.000;0.000}]  accuracy {c.Accuracy.Value:+0.000;−0.000;0.000} "
                        + $"[{c.Accuracy.Low:+0.000;−0.000;0.000}, {c.Accuracy.High:+0.000;−0.000;0.000}]")
                + (double.IsNaN(c.PValue) ? "" : Text($"  p = {c.PValue:F3} (Holm {c.Holm:F3})"));
        if (study.TooFewOrders("--random-orders") is { } warning) yield return $"  {warning}";
    }

    private static string Row(PruningArea area) => Text($"  {area.Name,-16} {area.Loss,-24} {area.Accuracy,-26}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
