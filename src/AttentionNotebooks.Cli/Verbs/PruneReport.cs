using System.Globalization;
using System.Text.Json;
using AttentionNotebooks.Calibration;
using AttentionNotebooks.Functions;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What <c>attn prune</c> says of its curves.</summary>
internal static class PruneReport
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The areas under the curves and their comparisons, as text.</summary>
    public static IEnumerable<string> Lines(PruningStudy study)
    {
        int half = study.Curves[0].Removed.Count / 2;
        yield return Text($"  {"",-16} {"area: loss [95 %]",-24} {"area: accuracy [95 %]",-26} loss, accuracy with {study.Curves[0].Removed[half]} heads out");
        foreach (var (area, i) in study.Areas.Select((a, i) => (a, i)))
            yield return Row(area) + Text($" {study.Curves[i].Loss[half]:F3}, {study.Curves[i].Accuracy[half]:P1}");
        if (study.RandomArea is { } mean) yield return Row(mean) + Text($" {study.Random.Average(c => c.Loss[half]):F3}, {study.Random.Average(c => c.Accuracy[half]):P1} (means)");
        yield return "  paired, on the same items (area of loss, nats a question, below 0 the first keeps more; p: how rarely a random order keeps as much, Holm over the orders):";
        foreach (var c in study.Comparisons)
            yield return Text($"    {$"{c.First} − {c.Second}",-30} {c.Loss.Value:+0.000;−0.000;0.000} [{c.Loss.Low:+0.000;−0.000;0.000}, {c.Loss.High:+0.000;−0.000;0.000}]  accuracy {c.Accuracy.Value:+0.000;−0.000;0.000} [{c.Accuracy.Low:+0.000;−0.000;0.000}, {c.Accuracy.High:+0.000;−0.000;0.000}]")
                + (double.IsNaN(c.PValue) ? "" : Text($"  p = {c.PValue:F3} (Holm {c.Holm:F3})"));
    }

    /// <summary>All figures but the curves.</summary>
    public static string Json(PruningStudy study, string task, int measured, int tested) => JsonSerializer.Serialize(new
    {
        task, measured_items = measured, test_items = tested, removed = study.Curves[0].Removed, random_orders = study.Random.Count,
        areas = study.Areas.Concat(study.RandomArea is { } r ? [r] : []).Select(a => new { name = a.Name, loss = Figure(a.Loss), accuracy = Figure(a.Accuracy) }),
        comparisons = study.Comparisons.Select(c => new { first = c.First, second = c.Second, loss = Figure(c.Loss), accuracy = Figure(c.Accuracy), p = Finite(c.PValue), p_holm = Finite(c.Holm) }),
    }, _indented) + "\n";

    private static string Row(PruningArea area) => Text($"  {area.Name,-16} {area.Loss,-24} {area.Accuracy,-26}");

    private static object Figure(MetricInterval x) => new { value = Finite(x.Value), low = Finite(x.Low), high = Finite(x.High) };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
