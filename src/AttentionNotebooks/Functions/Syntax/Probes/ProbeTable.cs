namespace AttentionNotebooks;

/// <summary>
/// Probes as CSV: <c>probe,correct,count,uas,ci_low,ci_high,uas_training,weights,control,selectivity,selectivity_low,
/// selectivity_high</c>, a row per probe; what <c>attn probe</c> writes.
/// </summary>
public static class ProbeTable
{
    /// <summary>Writes a row per probe.</summary>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<ProbeScore> scores, string file)
    {
        var text = new CsvText("probe", "correct", "count", "uas", "ci_low", "ci_high", "uas_training", "weights", "control",
            "selectivity", "selectivity_low", "selectivity_high");
        foreach (var s in scores)
            text.Add(s.Name, s.Test.Correct, s.Test.Count, s.Test.Value, s.Interval.Low, s.Interval.High, s.Train.Value, s.Weights,
                s.Control?.Value, Given(s.Selectivity.Value), Given(s.Selectivity.Low), Given(s.Selectivity.High));
        text.Write(file);
    }

    private static double? Given(double value) => double.IsNaN(value) ? null : value;
}
