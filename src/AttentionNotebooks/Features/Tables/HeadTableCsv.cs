using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// Head tables as CSV: <c>layer,head,&lt;columns…&gt;</c>, a row per head, invariant culture, numbers that read back to the same bits.
/// </summary>
internal static class HeadTableCsv
{
    /// <summary>Writes a table; the file holds all of it or is not there.</summary>
    public static void Write(HeadTable table, string file) => AtomicFile.WriteText(file, Of(table));

    /// <summary>The CSV text of a table.</summary>
    public static string Of(HeadTable table)
    {
        var text = new StringBuilder("layer,head");
        foreach (string f in table.Features) text.Append(',').Append(f);
        text.Append('\n');
        for (int i = 0; i < table.Grid.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{table.Grid[i].Layer},{table.Grid[i].Index}");
            foreach (var c in table.Columns) text.Append(CultureInfo.InvariantCulture, $",{c[i]:R}");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Reads a table.</summary>
    /// <param name="file">A file with columns layer, head and one per feature, a row for each head, in any order.</param>
    /// <exception cref="InputException">The file is missing, a row is broken, or heads are missing or given twice.</exception>
    public static (HeadGrid Grid, IReadOnlyList<string> Names, IReadOnlyList<double[]> Values) Read(string file)
    {
        var rows = new Dictionary<Head, double[]>();
        string[]? header = null;
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            if (text.Trim().Length == 0) continue;
            InputException Bad(string problem) => new(file, $"line {line}", problem,
                "Write a head table as attn features does: layer,head,<features…>");
            var fields = text.Split(',', StringSplitOptions.TrimEntries);
            if (header is null)
            {
                if (fields is not ["layer", "head", _, ..]) throw Bad("does not begin with the columns layer, head and a feature");
                if (fields.Distinct().Count() != fields.Length) throw Bad("names a column twice");
                header = fields;
                continue;
            }
            if (fields.Length != header.Length) throw Bad($"has {fields.Length} fields where the header has {header.Length}");
            if (!int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
                || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int head))
                throw Bad("does not begin with a layer and a head, counted from 0");
            var values = new double[fields.Length - 2];
            for (int f = 0; f < values.Length; f++)
                if (!double.TryParse(fields[f + 2], NumberStyles.Float, CultureInfo.InvariantCulture, out values[f])
                    || !double.IsFinite(values[f]))
                    throw Bad($"has \"{fields[f + 2]}\" for {header[f + 2]}, which is not a finite number");
            if (!rows.TryAdd(new Head(layer, head), values)) throw Bad($"gives head {layer}-{head} a second time");
        }
        return HeadTableFile.FromRows(file, header?[2..] ?? [], rows);
    }
}
