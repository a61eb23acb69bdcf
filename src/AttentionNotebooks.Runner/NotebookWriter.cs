using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Runner;

/// <summary>Writes an executed notebook: the file that was read, with new outputs, as valid nbformat 4.5.</summary>
internal static partial class NotebookWriter
{
    // One space a level and readable letters, as Jupyter writes, so that a diff shows what the run changed.
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 256,
    };

    /// <summary>Writes <paramref name="run"/> to <paramref name="path"/>; metadata and unknown fields stay.</summary>
    public static void Write(string path, NotebookRun run) => AtomicFile.WriteText(path, ToJson(run).ToJsonString(Layout) + "\n");

    private static JsonObject ToJson(NotebookRun run)
    {
        var root = (JsonObject)run.Notebook.Json.DeepClone();
        root["metadata"] ??= new JsonObject();
        if ((NotebookReader.Integer(root["nbformat_minor"]) ?? 0) < 5) root["nbformat_minor"] = 5;
        var cells = (JsonArray)root["cells"]!;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cell in run.Notebook.Cells)
        {
            var json = (JsonObject)cells[cell.Number - 1]!;
            json["id"] = UniqueId(cell, ids);
            json["metadata"] ??= new JsonObject();
            if (cell.Type != CellType.Code) continue;
            var executed = run.Cells.FirstOrDefault(c => c.Cell.Number == cell.Number);
            json["execution_count"] = executed?.ExecutionCount;
            json["outputs"] = new JsonArray([.. (executed?.Outputs ?? [])
                .Select(o => (JsonNode)OutputJson.Write(o, executed!.ExecutionCount))]);
        }
        return root;
    }

    // nbformat 4.5 wants an id of 1 to 64 of these characters in each cell, no two alike.
    private static string UniqueId(Cell cell, HashSet<string> taken)
    {
        string id = cell.Id is not null && ValidId().IsMatch(cell.Id) ? cell.Id : $"cell-{cell.Number}";
        for (string first = id, next = id; !taken.Add(id); id = next)
            next = $"{first[..Math.Min(first.Length, 48)]}-{cell.Number}-{taken.Count}";
        return id;
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9_-]{1,64}\z")]
    private static partial Regex ValidId();
}
