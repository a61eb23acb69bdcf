namespace AttentionNotebooks;

/// <summary>What must be said beside a table of means.</summary>
internal static class TableNotes
{
    // Values that differ by no more are the same but for the rounding of float32: of the value itself, and where terms of both
    // signs cancel, of those. Features are shares, nats or tokens, so that their terms are of the order of 1.
    private const double Relative = 1e-6, Absolute = 1e-6;

    /// <summary>The notes of a table.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="columns">Its columns: feature, means, and standard deviations over texts where there are such.</param>
    /// <param name="texts">How many texts there are.</param>
    /// <param name="findings">What was found in their maps.</param>
    public static IReadOnlyList<TableNote> Of(HeadGrid grid,
        IReadOnlyList<(HeadFeature Feature, double[] Values, double[]? Deviations)> columns, int texts, MapFindings findings)
    {
        List<TableNote> notes = [.. Of(findings, texts)];
        if (texts == 1) notes.Add(new TableNote(NoteKind.OneText, [], [], 1, 1));
        foreach (var group in columns.GroupBy(c => (c.Feature.LeastTokens, c.Feature.LeavesOutShorter)).OrderBy(g => g.Key.LeastTokens))
        {
            long count = findings.Shorter(group.Key.LeastTokens);
            if (count > 0)
                notes.Add(new TableNote(group.Key.LeavesOutShorter ? NoteKind.LeftOut
                    : NoteKind.TooShort, [.. group.Select(c => c.Feature.Name)], [], count, texts,
                    FormattableString.Invariant($"{group.Key.LeastTokens}")));
        }
        // A feature that no text is long enough for has its note already.
        var others = columns.Where(c => findings.Shorter(c.Feature.LeastTokens) < texts).ToArray();
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
