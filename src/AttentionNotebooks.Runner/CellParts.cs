namespace AttentionNotebooks.Runner;

/// <summary>A stretch of a cell in one language.</summary>
/// <param name="Language"><c>csharp</c> or <c>markdown</c>.</param>
/// <param name="Text">C# keeps the cell's line numbers: what lies before it is blank lines. Markdown is the bare text.</param>
/// <param name="FirstLine">The line of the cell on which the text proper starts, from 1.</param>
internal sealed record CellPart(string Language, string Text, int FirstLine);

/// <summary>
/// A code cell taken apart at its magic commands, lines that begin with <c>#!</c>. As in .NET Interactive they are
/// found line by line, wherever they stand.
/// </summary>
/// <param name="Parts">The stretches that hold something, in order.</param>
/// <param name="IsTimed">The cell asks with <c>#!time</c> how long it takes.</param>
internal sealed record CellParts(IReadOnlyList<CellPart> Parts, bool IsTimed)
{
    /// <summary>Takes <paramref name="cell"/> apart.</summary>
    /// <exception cref="CellException">The cell holds a magic command that the runner does not know.</exception>
    public static CellParts Of(Cell cell)
    {
        string[] lines = cell.Source.Split('\n');
        var parts = new List<CellPart>();
        string language = cell.Language;
        bool timed = false;
        int start = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith("#!", StringComparison.Ordinal)) continue;
            Add(i);
            start = i + 1;
            string[] words = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "#!time" when words.Length == 1: timed = true; break;
                case "#!csharp" or "#!c#" or "#!C#" when words.Length == 1: language = "csharp"; break;
                case "#!markdown" when words.Length == 1: language = "markdown"; break;
                default:
                    throw new CellException(new CellFailure(cell, i + 1, lines[i].IndexOf('#') + 1, "Magic command",
                        $"'{lines[i].Trim()}' is not known to attn run; it knows #!csharp, #!markdown and #!time. Remove the line, or run "
                            + $"the notebook in .NET Interactive", []));
            }
        }
        Add(lines.Length);
        return new CellParts(parts, timed);

        void Add(int end)
        {
            string text = string.Join('\n', lines[start..end]);
            if (string.IsNullOrWhiteSpace(text)) return;
            int first = Array.FindIndex(lines, start, l => !string.IsNullOrWhiteSpace(l)) + 1;
            parts.Add(new CellPart(language, language == "csharp" ? new string('\n', start) + text : text, first));
        }
    }
}
