namespace AttentionNotebooks;

/// <summary>
/// Antecedents as CSV: <c>type,layer,head,correct,count,accuracy,ci_low,ci_high,nearest,head_match,chance</c>, a row per type of anaphor
/// and head; what <c>attn coreference</c> writes.
/// </summary>
public static class AntecedentTable
{
    /// <summary>Writes a row per type of anaphor and head.</summary>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<AntecedentScores> scores, string file)
    {
        var text = new CsvText("type", "layer", "head", "correct", "count", "accuracy", "ci_low", "ci_high", "nearest", "head_match",
            "chance");
        foreach (var s in scores)
            foreach (var (head, found) in s.Grid.All().Zip(s.ByHead))
                text.Add(s.Type, head.Layer, head.Index, found.Correct, found.Count, found.Value, found.Interval.Low, found.Interval.High,
                    s.Nearest.Value, s.HeadMatch.Value, s.Chance);
        text.Write(file);
    }
}
