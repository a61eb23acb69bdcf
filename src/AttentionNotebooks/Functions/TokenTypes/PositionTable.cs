namespace AttentionNotebooks;

/// <summary>
/// What attention is driven by, as CSV:
/// <c>layer,head,special_tokens,offset,content,key_position,position_low,position_high,from_uniform</c>, a row per head,
/// empty where a number is not known; what <c>attn token-types --position</c> writes.
/// </summary>
public static class PositionTable
{
    private const string Remedy = "Write it with attn token-types --position";
    private static readonly string[] Values = ["special_tokens", "offset", "content", "key_position", "position_low", "position_high",
        "from_uniform"];
    private static readonly string[] Columns = ["layer", "head", .. Values];

    /// <summary>Writes a row per head.</summary>
    /// <param name="file">The file; it holds all rows or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(PositionShares shares, string file)
    {
        var text = new CsvText(Columns);
        double[][] values = [shares.Specials, shares.Offset, shares.Content, shares.KeyPosition, shares.Low, shares.High,
            shares.FromUniform];
        for (int h = 0; h < shares.Grid.Count; h++)
            text.Add([shares.Grid[h].Layer, shares.Grid[h].Index, .. values.Select(v => double.IsNaN(v[h]) ? null : (object)v[h])]);
        text.Write(file);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InputException">
    /// The file cannot be read, lacks a column, has a broken row, or heads are missing or stand twice.
    /// </exception>
    public static PositionShares Read(string file)
    {
        var rows = new Dictionary<Head, double[]>();
        foreach (var row in CsvTable.Read(file, Remedy, Columns).Rows)
            if (!rows.TryAdd(row.Head(), [.. Values.Select(row.NumberOrNaN)])) throw row.Wrong($"gives head {row.Head()} a second time");
        var (grid, _, v) = HeadTableFile.FromRows(file, Values, rows);
        return new PositionShares(grid, v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
    }
}
