using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What <c>attn calibrate</c> says of an experiment.</summary>
internal static class CalibrationReport
{
    /// <summary>The table of arms and that of comparisons, as text.</summary>
    public static IEnumerable<string> Lines(CalibrationExperiment experiment)
    {
        yield return $"  {"",-18} {"parameters",10}  {"loss",7}  {"change [95 %]",-26} {"accuracy",8}  {"change [95 %]",-26} "
            + $"{"less loss in",12}";
        foreach (var arm in experiment.Arms)
        {
            string row = Text($"  {arm.Name,-18} {arm.Parameters,10:N0}  {arm.Loss,7:F4}");
            if (arm.Kind == ArmKind.Uncalibrated)
            {
                yield return row + Text($"  {"",-26} {arm.Accuracy,8:P1}");
                continue;
            }
            var gain = experiment.Gain(arm);
            var points = new Interval(100 * gain.Accuracy, 100 * gain.AccuracyInterval.Low, 100 * gain.AccuracyInterval.High);
            string loss = Change(gain.Loss, gain.LossInterval, "F4"), accuracy = Change(100 * gain.Accuracy, points, "F1");
            yield return row + Text($"  {loss,-26} {arm.Accuracy,8:P1}  {accuracy,-26} {gain.SeedsWithLessLoss,3} of {gain.Seeds,-5}");
        }
        yield return "  paired, on the same items (loss in nats per question; p from flipped signs; Holm over all comparisons, also "
            + "those with uncalibrated):";
        foreach (var (c, holm) in experiment.Comparisons.Zip(experiment.Holm).Where(x => x.First.Second != experiment.Arms[0].Name))
        {
            string pair = $"{c.First} − {c.Second}", change = Change(c.Loss, c.LossInterval, "F4");
            yield return Text($"    {pair,-36} {change,-26} p = {c.LossPValue:F4} (Holm {holm:F4}); ")
                + $"less loss in {c.SeedsWithLessLoss} of {c.Seeds} seeds";
        }
        if (experiment.TooFewItems() is { } warning) yield return $"  {warning}";
        foreach (string unmoved in experiment.Unmoved()) yield return $"  {unmoved}";
        if (experiment.Seeds < 5)
            yield return $"  {experiment.Seeds} {(experiment.Seeds == 1 ? "seed says" : "seeds say")} little of the spread; take five "
                + $"or more.";
    }

    private static string Change(double value, Interval interval, string format) =>
        $"{Signed(value, format)} [{Signed(interval.Low, format)}, {Signed(interval.High, format)}]";

    private static string Signed(double value, string format) => (value < 0 ? "−" : "+") + Math.Abs(value).ToString(format,
        CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
