using System.Text;

namespace AttentionNotebooks.Runner;

/// <summary>The text of a program as it grows, and which of its lines belong to which cell.</summary>
internal sealed class ProgramText
{
    private readonly StringBuilder text = new();
    private readonly List<(int Line, Cell? Cell)> owners = [(1, null)];
    private int line = 1;

    /// <summary>Adds lines, the last of them ended.</summary>
    public void Add(string lines)
    {
        text.Append(lines).Append('\n');
        line += lines.Count(c => c == '\n') + 1;
    }

    /// <summary>What is added from here on comes from <paramref name="cell"/>.</summary>
    public void Begin(Cell? cell) => owners.Add((line, cell));

    /// <summary>The cell that a line, from 1, comes from.</summary>
    public Cell? OwnerOf(int at) => owners.Last(o => o.Line <= at).Cell;

    /// <summary>The text so far.</summary>
    public override string ToString() => text.ToString();

    /// <summary>
    /// A raw string literal of <paramref name="content"/>, with quotes enough. Its lines stand at the margin: indented,
    /// every line would have to be, and text that is itself an example of indentation would be hard to read.
    /// </summary>
    public static string Raw(string content)
    {
        int longest = 0, run = 0;
        foreach (char c in content) longest = Math.Max(longest, run = c == '"' ? run + 1 : 0);
        string quotes = new('"', Math.Max(3, longest + 1));
        return $"{quotes}\n{content}\n{quotes}";
    }

    /// <summary>A string literal on one line.</summary>
    public static string Quoted(string content) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(content, quote: true);
}
