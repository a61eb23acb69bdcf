namespace AttentionNotebooks.Cli.Verbs;

/// <summary>The notes of a table, written below the line that names its file.</summary>
internal static class NoteLines
{
    private const int Shown = 8;

    /// <summary>Writes the first notes, and where all of them are.</summary>
    public static void Write(IReadOnlyList<TableNote> notes, string table, TextWriter output)
    {
        foreach (var note in notes.Take(Shown)) output.WriteLine($"  note: {note.Text}");
        if (notes.Count > 0)
            output.WriteLine($"  {(notes.Count > Shown ? $"{notes.Count - Shown} more " : "")}notes are in {TableNotesFile.Of(table)}");
    }
}
