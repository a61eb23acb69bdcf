namespace AttentionNotebooks;

/// <summary>What <c>attn functions</c> wrote, as one measure per head.</summary>
public static class RelationGains
{
    /// <summary>Each head's largest gain over the best fixed offset, as <see cref="BestRelation"/> gives it.</summary>
    /// <param name="file">A file with the columns layer, head, count, accuracy, baseline, and any others, as <see cref="RelationTable"/>
    /// writes it.</param>
    /// <param name="grid">The heads of the model.</param>
    /// <param name="atLeast">Relations with fewer dependents are passed over.</param>
    /// <exception cref="InputException">The file cannot be read, lacks a column, has a broken row, is of another model, or has no relation
    /// with so many dependents.</exception>
    public static HeadColumn Read(string file, HeadGrid grid, int atLeast = 50)
    {
        var best = new double[grid.Count];
        Array.Fill(best, double.NegativeInfinity);
        foreach (var row in CsvTable.Read(file, "Write it with attn functions, of the same model",
            ["layer", "head", "count", "accuracy", "baseline"]).Rows)
        {
            var head = row.Head();
            if (!grid.Contains(head)) throw row.Wrong($"names head {head}, which is outside the {grid} heads of this model");
            int at = grid.PositionOf(head);
            double gain = row.Number("accuracy") - row.Number("baseline");
            if (row.Whole("count") >= atLeast) best[at] = Math.Max(best[at], gain);
        }
        return BestRelation.OfGains(grid, best, file);
    }
}
