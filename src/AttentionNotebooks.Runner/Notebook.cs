using System.Text.Json.Nodes;

namespace AttentionNotebooks.Runner;

/// <summary>What a cell holds.</summary>
internal enum CellType
{
    Code,
    Markdown,
    Raw,
}

/// <summary>One cell of a notebook, counted from 1 over all cells, as a reader of the notebook counts.</summary>
/// <param name="Number">The place in the notebook, from 1.</param>
/// <param name="Id">The cell's id, where the file has one.</param>
/// <param name="Type">Code, markdown or raw.</param>
/// <param name="Language">The language a code cell starts in: <c>csharp</c> or <c>markdown</c>.</param>
/// <param name="Source">The text, with \n line ends.</param>
/// <param name="Json">The cell as it stands in the file, with every field that this program does not know.</param>
internal sealed record Cell(int Number, string? Id, CellType Type, string Language, string Source, JsonObject Json)
{
    /// <summary>How messages name the cell.</summary>
    public string Label => Id is null ? $"cell {Number}" : $"cell {Number} ({Id})";
}

/// <summary>A notebook (.ipynb of nbformat 4, or .dib) that has been read and checked.</summary>
/// <param name="Path">The full path of the file.</param>
/// <param name="Cells">All cells, in order.</param>
/// <param name="Json">The whole file as nbformat 4 has it; never changed.</param>
internal sealed record Notebook(string Path, IReadOnlyList<Cell> Cells, JsonObject Json)
{
    /// <summary>The file's name without folder and extension.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The folder that relative paths in the notebook start from.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The first heading of a markdown cell, or the file's name if it has no heading.</summary>
    public string Title => Cells
        .Where(c => c.Type == CellType.Markdown)
        .SelectMany(c => c.Source.Split('\n'))
        .Select(Heading)
        .FirstOrDefault(h => h.Length > 0) ?? Name;

    private static string Heading(string line)
    {
        string text = line.TrimStart('#');
        int level = line.Length - text.Length;
        return level is > 0 and <= 6 && text.StartsWith(' ') ? text.Trim() : "";
    }
}
