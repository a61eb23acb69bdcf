using System.Security.Cryptography;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// What a table's file does not hold, beside it: <c>heads.csv.notes.json</c> with the notes, where the table comes from, and what its
/// columns are. It is there only when there is something to say that the names of the columns do not. It carries the
/// hash of the table that it is about, so that it is never taken for that of another.
/// </summary>
public static class TableNotesFile
{
    private const string Format = "attention-notebooks notes 2", OnlyNotes = "attention-notebooks notes 1";

    /// <summary>Where the notes of a table are.</summary>
    /// <param name="table">The table's file.</param>
    public static string Of(string table) => table + ".notes.json";

    /// <summary>
    /// Writes the notes of a table that is written; without notes and provenance, removes what an earlier table left there.
    /// </summary>
    /// <param name="table">The table's file.</param>
    /// <param name="from">Where the table comes from, if that is known.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string table, IReadOnlyList<TableNote> notes, Provenance? from = null) => Write(table, notes, from, []);

    /// <summary>
    /// The notes of a table; empty where there is no such file, or where it is about another table than stands there now.
    /// </summary>
    /// <param name="table">The table's file.</param>
    /// <exception cref="InputException">The notes are damaged.</exception>
    public static IReadOnlyList<TableNote> Read(string table) => ReadAll(table)?.Notes ?? [];

    /// <summary>Writes what stands beside a head table; the columns only where their names alone do not say what they are.</summary>
    internal static void Write(string file, HeadTable table)
    {
        bool known = table.From is null && table.Columns.All(c => c.Info == KnownColumns.Shipped(c.Name));
        Write(file, table.Notes, table.From, known ? [] : table.Columns.Select(c => c.Info));
    }

    /// <summary>
    /// All that stands beside a table; <see langword="null"/> where there is no such file, or where it is about another table.
    /// </summary>
    internal static (IReadOnlyList<TableNote> Notes, Provenance? From, IReadOnlyList<ColumnInfo> Columns)? ReadAll(string table)
    {
        string file = Of(table);
        if (!File.Exists(file)) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var json = document.RootElement;
            string? format = json.GetProperty("format").GetString();
            if (format is not (Format or OnlyNotes)) throw new FormatException("has another format");
            if (json.GetProperty("table_sha256").GetString() != HashOf(table)) return null;
            TableNote[] notes = [.. json.GetProperty("notes").EnumerateArray().Select(Note)];
            return format == OnlyNotes ? (notes, null, [])
                : (notes, Provenance.Read(json), [.. json.GetProperty("columns").EnumerateArray().Select(Column)]);
        }
        catch (Exception e) when (e is IOException
            or UnauthorizedAccessException)
        { throw new InputException(file, null, "cannot be opened", "Check its permissions", e); }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentException or InputException)
        {
            throw new InputException(file, null, $"is damaged ({e.Message.TrimEnd('.')})", "Remove it, or write the table again", e);
        }
    }

    private static void Write(string table, IReadOnlyList<TableNote> notes, Provenance? from, IEnumerable<ColumnInfo> columns)
    {
        string file = Of(table);
        if (notes.Count == 0 && from is null && !columns.Any())
        {
            if (File.Exists(file)) AtomicFile.Delete(file);
            return;
        }
        string hash = HashOf(table);
        AtomicFile.Write(file, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("table_sha256", hash);
            if (from is not null) Provenance.Write(json, from);
            json.WriteStartArray("columns");
            foreach (var column in columns) Write(json, column);
            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (var note in notes) Write(json, note);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, ColumnInfo column)
    {
        json.WriteStartObject();
        json.WriteString("name", column.Name);
        json.WriteString("unit", column.Unit);
        json.WriteString("definition", column.Definition);
        json.WriteString("source", column.Source);
        json.WriteString("kind", column.Kind.ToString());
        if (column.Title != column.Name) json.WriteString("title", column.Title);
        json.WriteBoolean("in_synthesis", column.InSynthesis);
        json.WriteEndObject();
    }

    private static ColumnInfo Column(JsonElement json)
    {
        string Text(string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"a column has no {name}");
        var info = new ColumnInfo(Text("name"), Text("unit"), Text("definition"), Text("source"), Enum.Parse<MeasureKind>(Text("kind")))
        {
            InSynthesis = json.GetProperty("in_synthesis").GetBoolean(),
        };
        return json.TryGetProperty("title", out _) ? info with { Title = Text("title") } : info;
    }

    private static void Write(Utf8JsonWriter json, TableNote note)
    {
        json.WriteStartObject();
        json.WriteString("kind", note.Kind.ToString());
        Texts("features", note.Features);
        Texts("heads", note.Heads.Select(h => h.ToString()));
        json.WriteNumber("count", note.Count);
        json.WriteNumber("of", note.Of);
        json.WriteString("detail", note.Detail);
        json.WriteString("text", note.Text);
        json.WriteEndObject();

        void Texts(string name, IEnumerable<string> texts)
        {
            json.WriteStartArray(name);
            foreach (string text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }
    }

    private static TableNote Note(JsonElement json) => new(
        Enum.Parse<NoteKind>(json.GetProperty("kind").GetString()!),
            [.. json.GetProperty("features").EnumerateArray().Select(f => f.GetString()!)],
        [.. json.GetProperty("heads").EnumerateArray().Select(h => Head.Parse(h.GetString()!))], json.GetProperty("count").GetInt64(),
            json.GetProperty("of").GetInt64(), json.GetProperty("detail").GetString()!);

    private static string HashOf(string table) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(table)));
}
