using System.Globalization;

namespace AttentionNotebooks;

/// <summary>What <c>attn functions</c> wrote, as one measure per head.</summary>
public static class RelationGains
{
    private const string Remedy = "Write it with attn functions, of the same model";
    private static readonly string[] Needed = ["layer", "head", "count", "accuracy", "baseline"];

    /// <summary>Each head's largest gain over the best fixed offset, as <see cref="BestRelation"/> gives it.</summary>
    /// <param name="file">A file with the columns relation, layer, head, direction, correct, count, accuracy, ci_low, ci_high, baseline, and any others.</param>
    /// <param name="grid">The heads of the model.</param>
    /// <param name="atLeast">Relations with fewer dependents are passed over.</param>
    /// <exception cref="InputException">The file cannot be read, lacks a column, has a broken row, is of another model, or has no relation with so many dependents.</exception>
    public static HeadColumn Read(string file, HeadGrid grid, int atLeast = 50)
    {
        var best = new double[grid.Count];
        Array.Fill(best, double.NegativeInfinity);
        int[]? columns = null;
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            InputException Bad(string problem) => new(file, $"line {line}", problem, Remedy);
            var fields = text.Split(',');
            if (columns is null)
            {
                columns = [.. Needed.Select(name => Array.IndexOf(fields, name) is >= 0 and var at ? at : throw Bad($"has no column {name}"))];
                continue;
            }
            if (text.Length == 0) continue;
            if (fields.Length <= columns.Max()) throw Bad($"has {fields.Length} fields");
            int Whole(int i) => int.TryParse(fields[columns[i]], NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : throw Bad($"has \"{fields[columns[i]]}\" as {Needed[i]}");
            double Number(int i) => double.TryParse(fields[columns[i]], NumberStyles.Float, CultureInfo.InvariantCulture, out double x) && double.IsFinite(x) ? x : throw Bad($"has \"{fields[columns[i]]}\" as {Needed[i]}");
            var head = new Head(Whole(0), Whole(1));
            if (!grid.Contains(head)) throw Bad($"names head {head}, which is outside the {grid} heads of this model");
            if (Whole(2) >= atLeast) best[grid.PositionOf(head)] = Math.Max(best[grid.PositionOf(head)], Number(3) - Number(4));
        }
        return BestRelation.OfGains(grid, best, file);
    }
}
