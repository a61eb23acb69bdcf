using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// A small CSV table (RFC 4180) in memory: a header that names the columns, then rows. Columns are found by name, in any order, and
/// others may stand beside them. Fields in quotes may hold commas, line breaks and doubled quotes. Empty lines are skipped.
/// </summary>
/// <example>
/// <code>
/// var table = CsvTable.Read("ages.csv", "Write name,age", ["name", "age"]);
/// double mean = table.Rows.Average(r => r.Whole("age"));
/// </code>
/// </example>
public sealed class CsvTable
{
    private const char Quote = '"';
    private const int MostLines = 100; // of one record: a quote that is never closed must not swallow a large file
    private readonly string _file, _remedy;
    private readonly string[] _columns;

    private CsvTable(string file, string remedy, string[] columns) => (_file, _remedy, _columns) = (file, remedy, columns);

    /// <summary>The names of the columns, as the header gives them.</summary>
    public IReadOnlyList<string> Columns => _columns;

    /// <summary>The rows, in the file's order.</summary>
    public IReadOnlyList<CsvRow> Rows { get; private init; } = [];

    /// <summary>Reads a table.</summary>
    /// <param name="file">The file, UTF-8.</param>
    /// <param name="remedy">What its user can do where something is wrong; the last sentence of every error.</param>
    /// <param name="required">The columns that it must have.</param>
    /// <param name="lastMayHoldCommas">Whether commas beyond the last column belong to its text, quoted or not.</param>
    /// <exception cref="InputException">
    /// The file cannot be read or is empty, a column is missing or stands twice, a row has too few or too many fields, or a quote is not
    /// closed.
    /// The message names file and line.
    /// </exception>
    public static CsvTable Read(string file, string remedy, IReadOnlyList<string> required, bool lastMayHoldCommas = false)
    {
        CsvTable? table = null;
        int most = int.MaxValue;
        var rows = new List<CsvRow>();
        foreach (var (line, fields) in Records(file, remedy, () => most))
        {
            InputException Bad(string problem) => new(file, $"line {line}", problem, remedy);
            if (table is null)
            {
                if (required.FirstOrDefault(c => !fields.Contains(c)) is { } missing) throw Bad($"has no column {missing}");
                if (fields.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice)
                    throw Bad($"names the column {twice.Key} twice");
                table = new CsvTable(file, remedy, [.. fields]) { Rows = rows };
                if (lastMayHoldCommas) most = fields.Count;
                continue;
            }
            if (fields.Count != table._columns.Length) throw Bad($"has {fields.Count} fields where the header has {table._columns.Length}");
            rows.Add(new CsvRow(table, line, [.. fields]));
        }
        return table ?? throw new InputException(file, null, "is empty", remedy);
    }

    /// <summary>Whether the table has a column.</summary>
    public bool Has(string column) => Array.IndexOf(_columns, column) >= 0;

    internal int PositionOf(string column) =>
        Array.IndexOf(_columns, column) is >= 0 and int at ? at : throw new InputException(_file, "line 1", $"has no column {column}",
            _remedy);

    internal InputException Wrong(int line, string? column, string problem) =>
        new(_file, column is null ? $"line {line}" : $"line {line}, column {column}", problem, _remedy);

    // A record is a line, or several where a quoted field holds line breaks; it is known by its first line.
    private static IEnumerable<(int Line, List<string> Fields)> Records(string file, string remedy, Func<int> most)
    {
        int line = 0, start = 0;
        string? open = null; // a record whose last quote is not closed yet
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            if (open is null && text.Length == 0) continue;
            if (open is null) start = line;
            string record = open is null ? text : $"{open}\n{text}";
            var fields = Fields(record, most(), problem => new InputException(file, $"line {start}", problem, remedy));
            open = fields is null ? record : null;
            if (fields is not null) yield return (start, fields);
            if (open is not null && line - start >= MostLines) break;
        }
        if (open is not null) throw new InputException(file, $"line {start}", "has a quote that is not closed", remedy);
    }

    // Null where a quoted field is still open at the end. The last of the most fields is taken as it stands, commas and quotes included,
    // unless it is quoted as a whole.
    private static List<string>? Fields(string record, int most, Func<string, InputException> bad)
    {
        var fields = new List<string>();
        for (int at = 0; ; at++)
        {
            int start = at;
            bool last = fields.Count == most - 1;
            if (at < record.Length && record[at] == Quote)
            {
                if (Quoted(record, ref at) is not { } field) return null;
                if (at < record.Length && last) fields.Add(record[start..]);
                else if (at < record.Length && record[at] != ',') throw bad($"has text after the quoted field \"{field}\"");
                else fields.Add(field);
                if (last) return fields;
            }
            else
            {
                int end = last ? -1 : record.IndexOf(',', at);
                if (end < 0) end = record.Length;
                fields.Add(record[at..end]);
                at = end;
            }
            if (at >= record.Length) return fields;
        }
    }

    // The text of the quoted field that begins there; the position is then behind its closing quote. Null if the quote is not closed.
    private static string? Quoted(string record, ref int at)
    {
        var field = new StringBuilder();
        for (at++; at < record.Length; at++)
        {
            if (record[at] != Quote) field.Append(record[at]);
            else if (at + 1 < record.Length && record[at + 1] == Quote) field.Append(record[at++]);
            else
            {
                at++;
                return field.ToString();
            }
        }
        return null;
    }
}

/// <summary>A row of a <see cref="CsvTable"/>. Errors name file, line, column and what stands there.</summary>
public sealed class CsvRow
{
    private readonly CsvTable _table;
    private readonly int _line;
    private readonly string[] _fields;

    internal CsvRow(CsvTable table, int line, string[] fields) => (_table, _line, _fields) = (table, line, fields);

    /// <summary>A field as it stands, without its quotes.</summary>
    /// <exception cref="InputException">The table has no such column.</exception>
    public string Text(string column) => _fields[_table.PositionOf(column)];

    /// <summary>A whole number from 0 on.</summary>
    /// <exception cref="InputException">The table has no such column, or something else stands there.</exception>
    public int Whole(string column) => int.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number : throw Wrong($"has \"{Text(column)}\" where a number from 0 on belongs", column);

    /// <summary>A whole number that may be negative.</summary>
    /// <exception cref="InputException">The table has no such column, or something else stands there.</exception>
    public int SignedWhole(string column) => int.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
        out int number)
        ? number : throw Wrong($"has \"{Text(column)}\" where a whole number belongs", column);

    /// <summary>A finite number.</summary>
    /// <exception cref="InputException">The table has no such column, or something else stands there.</exception>
    public double Number(string column) => double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture,
        out double number) && double.IsFinite(number)
        ? number : throw Wrong($"has \"{Text(column)}\", which is not a finite number", column);

    /// <summary>A number, or NaN where the field is empty or says NaN.</summary>
    /// <exception cref="InputException">The table has no such column, or something else stands there.</exception>
    public double NumberOrNaN(string column) => Text(column) is "" or "NaN" ? double.NaN : Number(column);

    /// <summary>The head that the columns <c>layer</c> and <c>head</c> name, counted from 0.</summary>
    /// <exception cref="InputException">A column is missing, or holds no number from 0 on.</exception>
    public Head Head() => new(Whole("layer"), Whole("head"));

    /// <summary>An error about this row, to throw.</summary>
    /// <param name="problem">What is wrong, for example <c>names head 0-1 a second time</c>.</param>
    /// <param name="column">The column that is wrong, if it is one.</param>
    public InputException Wrong(string problem, string? column = null) => _table.Wrong(_line, column, problem);
}
