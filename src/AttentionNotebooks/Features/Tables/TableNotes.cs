namespace AttentionNotebooks;

/// <summary>A column as it was computed.</summary>
/// <param name="Values">The mean of each head.</param>
/// <param name="Deviations">The standard deviation over texts; <see langword="null"/> for a feature of all texts together.</param>
/// <param name="Lacking">In how many texts each head has no value; empty where all have one.</param>
internal readonly record struct FeatureColumn(HeadFeature Feature, double[] Values, double[]? Deviations, int[] Lacking)
{
    /// <summary>Whether every head has a value.</summary>
    public bool IsWhole => Values.All(double.IsFinite);
}

/// <summary>What must be said beside a table of means.</summary>
internal static class TableNotes
{
    /// <summary>Says in a note of <see cref="NoteKind.NoValue"/> that the column is left out.</summary>
    public const string LeftOut = "left out";

    // Values that differ by no more are the same but for the rounding of float32: of the value itself, and where terms of both
    // signs cancel, of those. Features are shares, nats or tokens, so that their terms are of the order of 1.
    private const double Relative = 1e-6, Absolute = 1e-6;

    /// <summary>The notes of a table.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="columns">The columns as computed, also those that the table leaves out.</param>
    /// <param name="texts">How many texts there are.</param>
    /// <param name="findings">What was found in their maps.</param>
    public static IReadOnlyList<TableNote> Of(HeadGrid grid,
        IReadOnlyList<FeatureColumn> columns, int texts, MapFindings findings)
    {
        List<TableNote> notes = [.. Of(findings, texts)];
        if (texts == 1) notes.Add(new TableNote(NoteKind.OneText, [], [], 1, 1));
        // What texts may lack has its own note.
        foreach (var group in columns.Where(c => !c.Feature.MayLack)
            .GroupBy(c => (c.Feature.LeastTokens, c.Feature.LeavesOutShorter)).OrderBy(g => g.Key.LeastTokens))
        {
            long count = findings.Shorter(group.Key.LeastTokens);
            if (count > 0)
                notes.Add(new TableNote(group.Key.LeavesOutShorter ? NoteKind.LeftOut
                    : NoteKind.TooShort, [.. group.Select(c => c.Feature.Name)], [], count, texts,
                    FormattableString.Invariant($"{group.Key.LeastTokens}")));
        }
        foreach (var group in columns.Where(c => c.Lacking.Any(n => n > 0)).GroupBy(c => string.Join(' ', c.Lacking)))
        {
            int[] lacking = group.First().Lacking;
            bool leftOut = lacking.Max() == texts;
            notes.Add(new TableNote(NoteKind.NoValue, [.. group.Select(c => c.Feature.Name)],
                lacking.All(n => n == lacking[0]) ? [] : [.. grid.All().Where((_, h) => lacking[h] >= (leftOut ? texts : 1))],
                lacking.Max(), texts, leftOut ? LeftOut : ""));
        }
        // A feature that no text is long enough for, or that some head lacks, has its note already.
        var others = columns.Where(c => c.IsWhole && findings.Shorter(c.Feature.LeastTokens) < texts).ToArray();
        if (texts > 1)
        {
            // Features that are constant for the same heads share a note.
            var constant = others.Where(c => c.Deviations is not null)
                .Select(c => (Column: c, Heads: grid.All().Where((_, h) => Still(c.Values[h], c.Deviations![h])).ToArray()))
                .Where(c => c.Heads.Length > 0);
            foreach (var group in constant.GroupBy(c => c.Heads.Length == grid.Count && Same(c.Column.Values) ? ""
                : string.Join(' ', c.Heads)))
                notes.Add(new TableNote(NoteKind.Constant, [.. group.Select(c => c.Column.Feature.Name)], group.Key.Length == 0 ? []
                    : group.First().Heads, texts, texts));
        }
        var constantForAll = notes.Where(n => n.Kind == NoteKind.Constant && n.Heads.Count == 0).SelectMany(n => n.Features).ToHashSet();
        string[] same = grid.Count == 1 ? [] : [.. others.Where(c => Same(c.Values)).Select(c => c.Feature.Name).Except(constantForAll)];
        if (same.Length > 0) notes.Add(new TableNote(NoteKind.SameForAllHeads, same, [], texts, texts));
        return notes;
    }

    /// <summary>The notes of distances between heads.</summary>
    public static IReadOnlyList<TableNote> Of(string distance, int texts, MapFindings findings)
    {
        List<TableNote> notes = [.. Of(findings, texts)];
        long single = findings.Shorter(2);
        if (single > 0) notes.Add(new TableNote(NoteKind.TooShort, [distance], [], single, texts, "2"));
        return notes;
    }

    /// <summary>The notes of maps alone.</summary>
    public static IReadOnlyList<TableNote> OfMaps(MapFindings findings, int texts) => [.. Of(findings, texts)];

    private static IEnumerable<TableNote> Of(MapFindings findings, int texts)
    {
        if (findings.Rows is { Off: > 0 } rows)
            yield return new TableNote(NoteKind.RowsOff, [], [], rows.Off, rows.Rows,
                FormattableString.Invariant($"{rows.Farthest:0.#####} at {rows.Place}"));
        long looked = texts - findings.Shorter(2);
        if (findings.Uniform is { Count: > 0 } uniform) yield return new TableNote(NoteKind.Uniform, [], uniform, looked, looked);
        if (findings.OneKey is { Count: > 0 } one) yield return new TableNote(NoteKind.OneKey, [], one, looked, looked);
    }

    private static bool Still(double mean, double deviation) => deviation <= Relative * Math.Abs(mean) + Absolute;

    private static bool Same(double[] values) => values.Max() - values.Min() <= Relative * values.Max(v => Math.Abs(v)) + Absolute;
}
