using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Runner;

/// <summary>
/// .NET Interactive's script format (.dib): a <c>#!meta</c> block of JSON that names the kernels, then the cells, each
/// begun by a line <c>#!csharp</c> or <c>#!markdown</c>. Cells have no ids and no outputs, and no blank line at their
/// beginning or end.
/// </summary>
internal static partial class DibFormat
{
    private const string Meta = "#!meta";
    private const string Repair = "Open the file in VS Code and save it again, or restore it from version control";

    // Names that begin a cell whatever the file's #!meta says. The others are kernels that .NET Interactive starts with.
    private static readonly Dictionary<string, string> Kernels = new(StringComparer.Ordinal)
    {
        ["csharp"] = "csharp",
        ["c#"] = "csharp",
        ["C#"] = "csharp",
        ["markdown"] = "markdown",
        ["md"] = "markdown",
        ["fsharp"] = "fsharp",
        ["f#"] = "fsharp",
        ["F#"] = "fsharp",
        ["pwsh"] = "pwsh",
        ["powershell"] = "pwsh",
        ["javascript"] = "javascript",
        ["js"] = "javascript",
        ["html"] = "html",
        ["sql"] = "sql",
        ["kql"] = "kql",
        ["mermaid"] = "mermaid",
        ["http"] = "http",
        ["value"] = "value",
    };

    /// <summary>Reads the cells of <paramref name="text"/>; <paramref name="path"/> names it in messages.</summary>
    /// <exception cref="InputException">The <c>#!meta</c> block is broken, or a cell is for another kernel than C#.</exception>
    public static Notebook Parse(string path, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        JsonObject? meta = ReadMeta(path, lines, out int metaStart, out int metaEnd);
        var kernels = KernelsOf(meta);
        string kernel = DefaultKernel(meta) ?? "csharp";
        var cells = new List<Cell>();
        int start = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            if (i == metaStart)
            {
                Add(i);
                start = metaEnd;
                i = metaEnd - 1;
            }
            else if (lines[i].StartsWith("#!", StringComparison.Ordinal) && kernels.TryGetValue(lines[i][2..], out string? next))
            {
                Add(i);
                (kernel, start) = (next, i + 1);
            }
        }
        Add(lines.Length);
        return new Notebook(Path.GetFullPath(path), cells, Json(cells));

        void Add(int end)
        {
            int first = start;
            while (first < end && lines[first].Length == 0) first++;
            while (end > first && lines[end - 1].Length == 0) end--;
            if (first == end) return;
            if (kernel is not ("csharp" or "markdown"))
                throw new InputException(path, $"line {start}", $"a cell is for the kernel '{kernel}'; only C# and markdown cells are run",
                    "Change the line to #!csharp, or remove the cell");
            cells.Add(NewCell(cells.Count + 1, kernel, string.Join('\n', lines[first..end])));
        }
    }

    /// <summary>The text of <paramref name="notebook"/> in this format.</summary>
    /// <exception cref="InputException">A cell is raw, or holds a line that would begin another cell.</exception>
    public static string Text(Notebook notebook)
    {
        var lines = new List<string> { Meta, "", KernelInfo(notebook).ToJsonString(), "" };
        foreach (var cell in notebook.Cells)
        {
            if (cell.Source.Trim('\n').Length == 0) continue;
            if (cell.Type == CellType.Raw)
                throw new InputException(notebook.Path, cell.Label, "is a raw cell, and a .dib has only code and markdown",
                    "Make it a markdown cell, or remove it");
            string[] source = cell.Source.Trim('\n').Split('\n');
            if (Array.FindIndex(source, BeginsCell) is >= 0 and int line)
                throw new InputException(notebook.Path, cell.Label, $"has the line '{source[line]}', which in a .dib begins a new cell",
                    "Make two cells of it, or indent the line");
            lines.Add(cell.Type == CellType.Markdown ? "#!markdown" : "#!" + cell.Language);
            lines.Add("");
            lines.AddRange(source);
            lines.Add("");
        }
        return string.Join('\n', lines);
    }

    /// <summary>Writes <paramref name="notebook"/> to <paramref name="path"/>.</summary>
    /// <exception cref="InputException">As <see cref="Text"/>, or the file cannot be written.</exception>
    public static void Write(string path, Notebook notebook) => AtomicFile.WriteText(path, Text(notebook));

    /// <summary>The first path in a <c>#load</c> or <c>#r</c> of the cells that starts from the notebook's folder, if there is
    /// one.</summary>
    public static string? FirstRelativePath(Notebook notebook) => notebook.Cells.Where(c => c.Type == CellType.Code)
        .SelectMany(c => Reference().Matches(c.Source)).Select(m => m.Groups[1].Value)
        .FirstOrDefault(p => !Path.IsPathRooted(p) && Path.GetExtension(p) is ".csx" or ".cs" or ".dll");

    private static bool BeginsCell(string line) =>
        line.StartsWith("#!", StringComparison.Ordinal)
        && (Kernels.ContainsKey(line[2..]) || line.StartsWith(Meta, StringComparison.Ordinal));

    // The first #!meta wherever it stands, up to the next line that begins with #!.
    private static JsonObject? ReadMeta(string path, string[] lines, out int start, out int end)
    {
        start = Array.FindIndex(lines, l => l.StartsWith(Meta, StringComparison.Ordinal));
        end = start;
        if (start < 0) return null;
        end = Array.FindIndex(lines, start + 1, l => l.StartsWith("#!", StringComparison.Ordinal));
        if (end < 0) end = lines.Length;
        try
        {
            string json = string.Join('\n', lines[(start + 1)..end]);
            JsonTexts.Check(path, System.Text.Encoding.UTF8.GetBytes(json));
            return JsonNode.Parse(json, null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new InputException(path, $"line {start + 1}", "the #!meta block is not a JSON object", Repair);
        }
        catch (JsonException e)
        {
            string reason = e.Message.Split(" LineNumber:")[0].Split(" Path:")[0].TrimEnd('.');
            throw new InputException(path, $"line {start + 2 + (e.LineNumber ?? 0)}", $"the #!meta block is not valid JSON ({reason})",
                Repair, e);
        }
    }

    private static Dictionary<string, string> KernelsOf(JsonObject? meta)
    {
        var kernels = new Dictionary<string, string>(Kernels, StringComparer.Ordinal);
        foreach (var item in ((meta?["kernelInfo"] as JsonObject)?["items"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (NotebookReader.Text(item["name"]) is not string name) continue;
            // A kernel of another name may still speak C#.
            string kernel = kernels.GetValueOrDefault(name)
                ?? (NotebookReader.Text(item["languageName"]) is "C#" or "csharp" ? "csharp" : name);
            foreach (string alias in (item["aliases"] as JsonArray ?? []).Select(NotebookReader.Text).OfType<string>().Prepend(name))
                kernels.TryAdd(alias, kernel);
        }
        return kernels;
    }

    private static string? DefaultKernel(JsonObject? meta) =>
        NotebookReader.Text((meta?["kernelInfo"] as JsonObject)?["defaultKernelName"]) is string name
        ? KernelsOf(meta).GetValueOrDefault(name) ?? name : null;

    // What VS Code writes for a C# notebook; the kernels that the notebook itself lists, where it does.
    private static JsonObject KernelInfo(Notebook notebook)
    {
        var own = ((notebook.Json["metadata"] as JsonObject)?["polyglot_notebook"] as JsonObject)?["kernelInfo"] as JsonObject;
        var items = own?["items"] is JsonArray { Count: > 0 } listed ? listed.DeepClone()
            : new JsonArray(new JsonObject { ["aliases"] = new JsonArray(), ["name"] = "csharp" });
        return new JsonObject { ["kernelInfo"] = new JsonObject { ["defaultKernelName"] = "csharp", ["items"] = items } };
    }

    private static Cell NewCell(int number, string kernel, string source)
    {
        bool markdown = kernel == "markdown";
        var json = new JsonObject { ["cell_type"] = markdown ? "markdown" : "code", ["metadata"] = new JsonObject() };
        if (!markdown) json["outputs"] = new JsonArray();
        json["source"] = OutputJson.Lines(source);
        return new Cell(number, null, markdown ? CellType.Markdown : CellType.Code, kernel, source, json);
    }

    // The same notebook as nbformat has it, so that its outputs have a file to be written to.
    private static JsonObject Json(IEnumerable<Cell> cells) => new()
    {
        ["cells"] = new JsonArray([.. cells.Select(c => (JsonNode)c.Json)]),
        ["metadata"] = new JsonObject
        {
            ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" },
            ["language_info"] = new JsonObject { ["name"] = "polyglot-notebook" },
            ["polyglot_notebook"] = new JsonObject
            {
                ["kernelInfo"] = new JsonObject
                {
                    ["defaultKernelName"] = "csharp",
                    ["items"] =
                    new JsonArray(new JsonObject { ["aliases"] = new JsonArray(), ["name"] = "csharp" })
                }
            },
        },
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    };

    [GeneratedRegex("^[ \\t]*#(?:load|r)[ \\t]+\"([^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex Reference();
}
