namespace AttentionNotebooks;

/// <summary>
/// Effects of ablations as CSV, a row per group, invariant culture, numbers that read back to the same bits; a field without a value is
/// empty.
/// </summary>
public static class AblationCsv
{
    /// <summary>The columns.</summary>
    public const string Header = "group,layer,head,mode,items,loss_before,loss_after,change,ci_low,ci_high,"
        + "accuracy_before,accuracy_after,accuracy_change,accuracy_ci_low,accuracy_ci_high,"
        + "random_groups,random_mean,random_low,random_high,p,p_adjusted,p_less,heads,only";

    /// <summary>Writes effects.</summary>
    /// <param name="file">The file; it holds the whole table or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<AblationEffect> effects, string file) => AtomicFile.WriteText(file, Of(effects));

    /// <summary>
    /// The CSV text. <c>layer</c> stands where all heads of a group are of one layer, <c>head</c> where there is but one; <c>heads</c> is
    /// their number.
    /// </summary>
    public static string Of(IReadOnlyList<AblationEffect> effects)
    {
        var text = new CsvText(Header.Split(','));
        foreach (var e in effects)
        {
            var heads = e.Group.Heads;
            var r = e.Random;
            text.Add(e.Group.Name, heads.All(h => h.Layer == heads[0].Layer) ? heads[0].Layer : null,
                heads.Count == 1 ? heads[0].Index : null,
                e.Mode.ToString().ToLowerInvariant(), e.Before.Losses.Length, e.Before.Loss, e.After.Loss, e.Loss.Value, e.Loss.Low,
                e.Loss.High,
                e.Before.Accuracy.Value, e.After.Accuracy.Value, e.Accuracy.Value, e.Accuracy.Low, e.Accuracy.High,
                r?.Losses.Length ?? 0, r?.Mean, r?.Low, r?.High, r?.PMore, r?.Adjusted, r?.PLess, heads.Count,
                e.OnlyKept ? "true" : "false");
        }
        return text.ToString();
    }

    /// <summary>
    /// Reads the effects of heads removed one at a time as a head table, so that they can stand beside other measures of importance.
    /// </summary>
    /// <param name="file">A file as <see cref="Write"/> makes it, a row for every head.</param>
    /// <returns>The columns <c>change</c> (nats a question) and <c>accuracy_change</c>.</returns>
    /// <exception cref="InputException">
    /// The file cannot be read, a row is broken or of a group of heads, or heads are missing or given twice.
    /// </exception>
    public static HeadTable ReadHeads(string file)
    {
        string[] columns = ["change", "accuracy_change"];
        var rows = new Dictionary<Head, double[]>();
        const string Remedy = "Write it with attn ablate --by head, which removes every head alone";
        foreach (var row in CsvTable.Read(file, Remedy, ["layer", "head", .. columns, "heads", "only"]).Rows)
        {
            if (row.Text("heads") != "1" || row.Text("only") != "false") throw row.Wrong("is not of one head removed alone");
            var head = row.Head();
            if (!rows.TryAdd(head, [.. columns.Select(row.Number)])) throw row.Wrong($"gives head {head} a second time");
        }
        var (grid, names, changes) = HeadTableFile.FromRows(file, columns, rows);
        return new HeadTable(grid, names, changes).Of(Provenance.Read(file));
    }
}
