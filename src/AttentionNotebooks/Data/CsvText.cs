using System.Globalization;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// Writes a small CSV table (RFC 4180): a header, a row per line, <c>\n</c> line ends, invariant culture, numbers that read back to the
/// same bits. <see cref="CsvTable"/> reads it.
/// </summary>
/// <example>
/// <code>
/// var text = new CsvText("name", "age");
/// text.Add("Ada, Countess of Lovelace", 36);
/// text.Write("ages.csv"); // name,age and "Ada, Countess of Lovelace",36
/// </code>
/// </example>
public sealed class CsvText
{
    private readonly StringBuilder _text = new();
    private readonly int _columns;

    /// <summary>An empty table.</summary>
    /// <param name="columns">The names of the columns.</param>
    public CsvText(params IReadOnlyList<string> columns)
    {
        _columns = columns.Count;
        Line(columns);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="fields">A field per column: texts, numbers, or <see langword="null"/> for an empty field.</param>
    /// <returns>This table.</returns>
    /// <exception cref="ArgumentException">There are more or fewer fields than columns.</exception>
    public CsvText Add(params IReadOnlyList<object?> fields)
    {
        if (fields.Count != _columns) throw new ArgumentException($"{fields.Count} fields for {_columns} columns", nameof(fields));
        Line(fields);
        return this;
    }

    /// <summary>The whole table as text.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Writes the table.</summary>
    /// <param name="file">The file; it holds the whole table or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => AtomicFile.WriteText(file, ToString());

    /// <summary>A field as it stands in a file: in quotes where it holds a comma, a quote or a line break.</summary>
    internal static string Field(string text) => text.AsSpan().IndexOfAny(",\"\n\r") >= 0 ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private void Line(IEnumerable<object?> fields) => _text.AppendJoin(',', fields.Select(f => Field(f switch
    {
        null => "",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => f.ToString()!,
    }))).Append('\n');
}
