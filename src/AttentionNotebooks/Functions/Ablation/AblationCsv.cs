using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>Effects of ablations as CSV, a row per group, invariant culture, numbers that read back to the same bits; a field without a value is empty.</summary>
public static class AblationCsv
{
    /// <summary>The columns.</summary>
    public const string Header = "group,layer,head,mode,items,loss_before,loss_after,change,ci_low,ci_high,accuracy_before,accuracy_after,accuracy_change,accuracy_ci_low,accuracy_ci_high,"
        + "random_groups,random_mean,random_low,random_high,p,p_holm,p_less,heads,only";

    /// <summary>Writes effects.</summary>
    /// <param name="effects">The effects.</param>
    /// <param name="file">The file; it holds the whole table or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(IReadOnlyList<AblationEffect> effects, string file) => AtomicFile.WriteText(file, Of(effects));

    /// <summary>The CSV text. <c>layer</c> stands where all heads of a group are of one layer, <c>head</c> where there is but one; <c>heads</c> is their number.</summary>
    /// <param name="effects">The effects.</param>
    public static string Of(IReadOnlyList<AblationEffect> effects)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var e in effects)
        {
            var heads = e.Group.Heads;
            string layer = heads.All(h => h.Layer == heads[0].Layer) ? heads[0].Layer.ToString(CultureInfo.InvariantCulture) : "", head = heads.Count == 1 ? heads[0].Index.ToString(CultureInfo.InvariantCulture) : "";
            text.Append(CultureInfo.InvariantCulture, $"{CsvField.Of(e.Group.Name)},{layer},{head},{e.Mode.ToString().ToLowerInvariant()},{e.Before.Losses.Length},{e.Before.Loss:R},{e.After.Loss:R},{e.Loss.Value:R},{e.Loss.Low:R},{e.Loss.High:R},");
            text.Append(CultureInfo.InvariantCulture, $"{e.Before.Accuracy.Value:R},{e.After.Accuracy.Value:R},{e.Accuracy.Value:R},{e.Accuracy.Low:R},{e.Accuracy.High:R},");
            if (e.Random is { } r) text.Append(CultureInfo.InvariantCulture, $"{r.Losses.Length},{r.Mean:R},{r.Low:R},{r.High:R},{r.PMore:R},{r.Holm:R},{r.PLess:R},");
            else text.Append("0,,,,,,,");
            text.Append(CultureInfo.InvariantCulture, $"{heads.Count},{(e.OnlyKept ? "true" : "false")}\n");
        }
        return text.ToString();
    }

    /// <summary>Reads the effects of heads taken out one at a time as a head table, so that they can stand beside other measures of importance.</summary>
    /// <param name="file">A file as <see cref="Write"/> makes it, a row for every head.</param>
    /// <returns>The columns <c>change</c> (nats a question) and <c>accuracy_change</c>.</returns>
    /// <exception cref="InputException">The file cannot be read, a row is broken or of a group of heads, or heads are missing or given twice.</exception>
    public static HeadTable ReadHeads(string file)
    {
        string[] header = Header.Split(','), columns = ["change", "accuracy_change"];
        int[] at = [.. columns.Select(c => Array.IndexOf(header, c))];
        int heads = Array.IndexOf(header, "heads"), only = Array.IndexOf(header, "only");
        var rows = new Dictionary<Head, double[]>();
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            InputException Bad(string problem) => new(file, $"line {line}", problem, "Write it with attn ablate --by head, which takes out every head alone");
            if (line == 1 && text != Header) throw Bad("does not have the columns of attn ablate");
            if (line == 1 || text.Length == 0) continue;
            // Only a group's name can hold a comma, and then it is quoted.
            string[] fields = text.Split(',');
            if (text[0] == '"' || (fields.Length == header.Length && (fields[heads] != "1" || fields[only] != "false"))) throw Bad("is not of one head taken out alone");
            if (fields.Length != header.Length) throw Bad($"has {fields.Length} fields where the header has {header.Length}");
            if (!int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int layer) || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out int head)) throw Bad("names no layer and head, counted from 0");
            double[] values = [.. at.Select(c => double.TryParse(fields[c], NumberStyles.Float, CultureInfo.InvariantCulture, out double v) && double.IsFinite(v) ? v : throw Bad($"has \"{fields[c]}\" for {header[c]}, which is not a finite number"))];
            if (!rows.TryAdd(new Head(layer, head), values)) throw Bad($"gives head {layer}-{head} a second time");
        }
        var (grid, names, changes) = HeadTableFile.FromRows(file, columns, rows);
        return new HeadTable(grid, names, changes).Of(Provenance.Read(file));
    }
}
