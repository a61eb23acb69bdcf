namespace AttentionNotebooks;

/// <summary>A head's share of a kind of token, as a file holds it.</summary>
/// <param name="Group">What the kind is a kind of, e.g. <c>part of speech</c>.</param>
/// <param name="Type">The kind, e.g. <c>NOUN</c>.</param>
/// <param name="Share">The mean over texts of the share of attention that goes there, with its 95 % interval (none for one text).</param>
/// <param name="Uniform">The share that uniform attention gives.</param>
/// <param name="Ratio">Share / uniform; NaN where no text has such tokens.</param>
public sealed record TokenTypeRow(Head Head, string Group, string Type, Interval Share, double Uniform, double Ratio);

/// <summary>
/// Where attention goes, as CSV: <c>layer,head,group,type,share,ci_low,ci_high,uniform,ratio</c>; what <c>attn token-types</c> writes.
/// </summary>
public static class TokenTypeTable
{
    private static readonly string[] Columns = ["layer", "head", "group", "type", "share", "ci_low", "ci_high", "uniform", "ratio"];

    /// <summary>Writes a row per kind and head, and the notes beside it (<see cref="TableNotesFile"/>).</summary>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(TokenTypeShares shares, string file)
    {
        var text = new CsvText(Columns);
        var grid = shares.Values.Grid;
        var intervals = shares.Values.Texts.Count > 1 ? shares.Values.Intervals() : null;
        for (int i = 0; i < shares.Types.Count; i++)
        {
            var type = shares.Types[i];
            double[] byHead = shares.ByHead(type.Name);
            double uniform = shares.Values.Texts.Average(type.Uniform);
            for (int h = 0; h < byHead.Length; h++)
                text.Add(grid[h].Layer, grid[h].Index, type.Group, type.Name, byHead[h], intervals?[i].Low[h], intervals?[i].High[h],
                    uniform, uniform > 0 ? byHead[h] / uniform : null);
        }
        text.Write(file);
        TableNotesFile.Write(file, shares.Values.ToTable().Notes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InputException">The file cannot be read, lacks a column, or has a broken row.</exception>
    public static IReadOnlyList<TokenTypeRow> Read(string file) =>
    [
        .. CsvTable.Read(file, "Write it with attn token-types", Columns).Rows.Select(r => new TokenTypeRow(
            r.Head(), r.Text("group"), r.Text("type"),
            new Interval(r.Number("share"), r.NumberOrNaN("ci_low"), r.NumberOrNaN("ci_high")),
            r.Number("uniform"), r.NumberOrNaN("ratio"))),
    ];
}
