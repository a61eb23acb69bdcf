namespace AttentionNotebooks;

/// <summary>Head tables in files, in the format that the file's name asks for.</summary>
public static class HeadTableFile
{
    /// <summary>The endings that are known.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".csv", ".parquet", ".npz"];

    /// <summary>Writes a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="file">The file: .parquet, .npz, or CSV under any other name. It holds the whole table or is as it was. Notes go beside it (<see cref="TableNotesFile"/>).</param>
    /// <exception cref="InputException">The folder cannot be written to, or a value is NaN or infinite.</exception>
    public static void Write(this HeadTable table, string file)
    {
        switch (Path.GetExtension(file).ToLowerInvariant())
        {
            case ".parquet": table.WriteParquet(file); break;
            case ".npz": table.WriteNpz(file); break;
            default: table.WriteCsv(file); break;
        }
        TableNotesFile.Write(file, table.Notes);
    }

    /// <summary>Reads a table, and the notes beside it.</summary>
    /// <param name="file">The file: .parquet, .npz, or CSV under any other name.</param>
    /// <exception cref="InputException">It is missing or holds no head table, or its notes are damaged.</exception>
    public static HeadTable Read(string file)
    {
        var table = Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".parquet" => HeadTableParquet.ReadParquet(file),
            ".npz" => HeadTableNpz.ReadNpz(file),
            _ => HeadTableCsv.ReadCsv(file),
        };
        return table.Noted(TableNotesFile.Read(file));
    }

    /// <summary>A table of rows that were read: heads in any order, each once, filling the grid.</summary>
    /// <exception cref="InputException">They do not.</exception>
    internal static HeadTable FromRows(string file, IReadOnlyList<string> features, IReadOnlyDictionary<Head, double[]> rows)
    {
        if (rows.Count == 0) throw new InputException(file, null, "holds no head", "Write a head table with attn features");
        var grid = new HeadGrid(rows.Keys.Max(h => h.Layer) + 1, rows.Keys.Max(h => h.Index) + 1);
        // Counted in 64 bits: a stray layer number must not make a table of billions of heads.
        if ((long)grid.Layers * grid.Heads != rows.Count) throw new InputException(file, null, $"has {rows.Count} heads, which do not fill {grid.Layers} layers of {grid.Heads}", "Give every head of every layer once");
        return new HeadTable(grid, features, [.. Enumerable.Range(0, features.Count).Select(f => grid.All().Select(h => rows[h][f]).ToArray())]);
    }
}
