namespace AttentionNotebooks.Cli.Verbs;

/// <summary>What a table's numbers do not show, told below the line that says where the table is.</summary>
internal static class NoteLines
{
    private const int Shown = 8;

    /// <summary>Tells the notes.</summary>
    /// <param name="notes">The notes.</param>
    /// <param name="table">The table's file, beside which all of them are.</param>
    /// <param name="output">Where they go.</param>
    public static void Write(IReadOnlyList<TableNote> notes, string table, TextWriter output)
    {
        foreach (var note in notes.Take(Shown)) output.WriteLine($"  note: {note.Text}");
        if (notes.Count > 0) output.WriteLine(notes.Count > Shown ? $"  {notes.Count - Shown} more notes are in {TableNotesFile.Of(table)}" : $"  notes are in {TableNotesFile.Of(table)}");
    }
}
