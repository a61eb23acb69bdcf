using Microsoft.Data.Analysis;

namespace AttentionNotebooks;

/// <summary>Head tables as Microsoft.Data.Analysis frames, for filtering, grouping and joining in C#.</summary>
public static class HeadTableFrame
{
    private const string Remedy = "Give columns layer and head (integers) and one or more of numbers, without nulls";

    /// <summary>The table as a frame: columns <c>layer</c> and <c>head</c> (int32) and one per feature (float64), a row per head. A
    /// copy.</summary>
    public static DataFrame ToDataFrame(this HeadTable table) => new(
    [
        new Int32DataFrameColumn("layer", table.Grid.All().Select(h => h.Layer)),
            new Int32DataFrameColumn("head", table.Grid.All().Select(h => h.Index)),
        .. table.Features.Select(f => new DoubleDataFrameColumn(f, table.Column(f))),
    ]);

    /// <summary>A frame as a table; its rows may be in any order.</summary>
    /// <param name="frame">A frame with columns layer, head and one or more of numbers.</param>
    /// <exception cref="InputException">Columns or heads are missing, or a value is not a number.</exception>
    public static HeadTable ToHeadTable(this DataFrame frame)
    {
        const string Name = "the data frame";
        string[] names = [.. frame.Columns.Select(c => c.Name)], features = [.. names.Where(n => n is not ("layer" or "head"))];
        if (!names.Contains("layer") || !names.Contains("head") || features.Length == 0)
            throw new InputException(Name, null, $"has the columns {string.Join(", ", names)}", Remedy);
        var rows = new Dictionary<Head, double[]>();
        for (long r = 0; r < frame.Rows.Count; r++)
        {
            double Number(string column) => frame[column][r] is IConvertible v and not string
                && Convert.ToDouble(v, System.Globalization.CultureInfo.InvariantCulture) is var d && double.IsFinite(d)
                ? d : throw new InputException(Name, $"row {r}, column {column}", "holds no finite number", Remedy);
            double layer = Number("layer"), head = Number("head");
            if (layer is not (>= 0 and < int.MaxValue) || head is not (>= 0 and < int.MaxValue))
                throw new InputException(Name, $"row {r}", "has no layer and head counted from 0", Remedy);
            if (!rows.TryAdd(new Head((int)layer, (int)head), [.. features.Select(Number)]))
                throw new InputException(Name, $"row {r}", $"gives head {layer}-{head} a second time", Remedy);
        }
        var (grid, columns, values) = HeadTableFile.FromRows(Name, features, rows);
        return new HeadTable(grid, columns, values);
    }
}
