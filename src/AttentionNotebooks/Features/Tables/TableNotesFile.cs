using System.Security.Cryptography;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// The notes of a table beside its file: <c>heads.csv.notes.json</c>, there only when something is to be told. It carries the
/// hash of the table that it is about, so that notes are never taken for those of another.
/// </summary>
public static class TableNotesFile
{
    private const string Format = "attention-notebooks notes 1";

    /// <summary>Where the notes of a table are.</summary>
    /// <param name="table">The table's file.</param>
    public static string Of(string table) => table + ".notes.json";

    /// <summary>Writes the notes of a table that is written; without notes, removes what an earlier table left there.</summary>
    /// <param name="table">The table's file.</param>
    /// <param name="notes">The notes.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string table, IReadOnlyList<TableNote> notes)
    {
        string file = Of(table);
        if (notes.Count == 0)
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
            json.WriteStartArray("notes");
            foreach (var note in notes) Write(json, note);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>The notes of a table; none where there is no such file, or where it is about another table than stands there now.</summary>
    /// <param name="table">The table's file.</param>
    /// <exception cref="InputException">The notes are damaged.</exception>
    public static IReadOnlyList<TableNote> Read(string table)
    {
        string file = Of(table);
        if (!File.Exists(file)) return [];
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var json = document.RootElement;
            if (json.GetProperty("format").GetString() != Format) throw new FormatException("has another format");
            return json.GetProperty("table_sha256").GetString() == HashOf(table) ? [.. json.GetProperty("notes").EnumerateArray().Select(Note)] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw new InputException(file, null, "cannot be opened", "Check its permissions", e); }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or InputException)
        {
            throw new InputException(file, null, $"is damaged ({e.Message.TrimEnd('.')})", "Remove it, or write the table again", e);
        }
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
        Enum.Parse<NoteKind>(json.GetProperty("kind").GetString()!), [.. json.GetProperty("features").EnumerateArray().Select(f => f.GetString()!)],
        [.. json.GetProperty("heads").EnumerateArray().Select(h => Head.Parse(h.GetString()!))], json.GetProperty("count").GetInt64(), json.GetProperty("of").GetInt64(), json.GetProperty("detail").GetString()!);

    private static string HashOf(string table) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(table)));
}
