namespace AttentionNotebooks.Cli.Verbs;

/// <summary>How much heads matter, as another verb wrote it.</summary>
internal static class ImportanceFile
{
    /// <summary>Reads a head table, or what <c>attn ablate --by head</c> wrote.</summary>
    public static HeadTable Read(string file) =>
        file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && TextFile.Lines(file).FirstOrDefault() == AblationCsv.Header
            ? AblationCsv.ReadHeads(file) : HeadTable.Read(file);
}
