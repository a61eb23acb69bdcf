namespace AttentionNotebooks;

/// <summary>Head tables in files, in the format that the file's name asks for.</summary>
internal static class HeadTableFile
{
    /// <summary>The endings that are known.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".csv", ".parquet", ".npz"];

    /// <summary>The ending of a file's name.</summary>
    /// <exception cref="InputException">It is not among <see cref="Endings"/>.</exception>
    public static string FormatOf(string file)
    {
        string ending = Path.GetExtension(file).ToLowerInvariant();
        return Endings.Contains(ending) ? ending
            : throw new InputException(file, null,
                ending.Length == 0 ? "has no ending that names a format" : $"ends in {ending}, which is no format of head tables",
                $"End the name in {string.Join(", ", Endings.SkipLast(1))} or {Endings[^1]}");
    }

    /// <inheritdoc cref="HeadTable.Write"/>
    public static void Write(HeadTable table, string file)
    {
        string format = FormatOf(file);
        table.RequireNumbers(file);
        switch (format)
        {
            case ".parquet": HeadTableParquet.Write(table, file); break;
            case ".npz": HeadTableNpz.Write(table, file); break;
            default: HeadTableCsv.Write(table, file); break;
        }
        TableNotesFile.Write(file, table);
    }

    /// <inheritdoc cref="HeadTable.Read"/>
    public static HeadTable Read(string file)
    {
        var (grid, names, values) = FormatOf(file) switch
        {
            ".parquet" => HeadTableParquet.Read(file),
            ".npz" => HeadTableNpz.Read(file),
            _ => HeadTableCsv.Read(file),
        };
        var beside = TableNotesFile.ReadAll(file);
        ColumnInfo Info(string name) => beside?.Columns.FirstOrDefault(c => c.Name == name) ?? KnownColumns.Of(name);
        return new HeadTable(grid, [.. names.Zip(values, (n, v) => new HeadColumn(Info(n), v))], beside?.From?.Texts
            ?? 0, beside?.Notes, beside?.From);
    }

    /// <summary>The columns of rows that were read: heads in any order, each once, filling the grid.</summary>
    /// <exception cref="InputException">They do not.</exception>
    internal static (HeadGrid Grid, IReadOnlyList<string> Names, IReadOnlyList<double[]> Values) FromRows(string file,
        IReadOnlyList<string> features, IReadOnlyDictionary<Head, double[]> rows)
    {
        if (rows.Count == 0) throw new InputException(file, null, "holds no head", "Write a head table with attn features");
        var grid = new HeadGrid(rows.Keys.Max(h => h.Layer) + 1, rows.Keys.Max(h => h.Index) + 1);
        // Counted in 64 bits: a stray layer number must not make a table of billions of heads.
        if ((long)grid.Layers * grid.Heads != rows.Count)
            throw new InputException(file, null, $"has {rows.Count} heads, which do not fill {grid.Layers} layers of {grid.Heads}",
                "Give every head of every layer once");
        return (grid, features, [.. Enumerable.Range(0, features.Count).Select(f => grid.All().Select(h => rows[h][f]).ToArray())]);
    }
}
