using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttentionNotebooks.Runner;

/// <summary>Outputs as nbformat 4 stores them, in both directions.</summary>
internal static class OutputJson
{
    /// <summary>An output as JSON; <paramref name="executionCount"/> goes with a trailing expression's value.</summary>
    public static JsonObject Write(Output output, int executionCount) => output switch
    {
        StreamOutput s => new JsonObject { ["name"] = s.Name, ["output_type"] = "stream", ["text"] = Lines(s.Text) },
        ErrorOutput e => new JsonObject
        {
            ["ename"] = e.Name,
            ["evalue"] = e.Message,
            ["output_type"] = "error",
            ["traceback"] = new JsonArray([.. e.Trace.Select(t => (JsonNode)t)]),
        },
        DisplayOutput { IsResult: true } d => new JsonObject
        {
            ["data"] = Bundle(d.Data),
            ["execution_count"] = executionCount,
            ["metadata"] = new JsonObject(),
            ["output_type"] = "execute_result"
        },
        DisplayOutput d => new JsonObject { ["data"] = Bundle(d.Data), ["metadata"] = new JsonObject(), ["output_type"] = "display_data" },
        _ => throw new ArgumentOutOfRangeException(nameof(output)),
    };

    /// <summary>The outputs of a code cell as they stand in its file.</summary>
    /// <exception cref="InputException">An output is not as nbformat 4 has it.</exception>
    public static IReadOnlyList<Output> Read(string path, Cell cell)
    {
        if (cell.Json["outputs"] is not JsonArray outputs) return [];
        return [.. outputs.Select((node, i) => Read(node)
            ?? throw new InputException(path, $"cell {cell.Number}, output {i + 1}", "is not an output of nbformat 4",
                "Clear the outputs in the editor and save the notebook again"))];
    }

    /// <summary>Text as nbformat's list of lines, each with its line end.</summary>
    public static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            int next = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..next]);
            start = next;
        }
        return lines;
    }

    private static Output? Read(JsonNode? node)
    {
        if (node is not JsonObject json) return null;
        switch (NotebookReader.Text(json["output_type"]))
        {
            case "stream":
                return NotebookReader.Lines(json["text"]) is string text
                    ? new StreamOutput(NotebookReader.Text(json["name"]) ?? "stdout", text) : null;
            case "error":
                var trace = (json["traceback"] as JsonArray)?.Select(t => NotebookReader.Text(t) ?? "").ToList() ?? [];
                return new ErrorOutput(NotebookReader.Text(json["ename"]) ?? "", NotebookReader.Text(json["evalue"]) ?? "", trace);
            case "execute_result" or "display_data" when json["data"] is JsonObject data:
                var bundle = data.ToDictionary(d => d.Key, d => Mime.IsJson(d.Key) ? d.Value?.ToJsonString() ?? "null"
                    : NotebookReader.Lines(d.Value) ?? "");
                return new DisplayOutput(bundle, NotebookReader.Text(json["output_type"]) == "execute_result");
            default:
                return null;
        }
    }

    private static JsonObject Bundle(IReadOnlyDictionary<string, string> data)
    {
        var bundle = new JsonObject();
        foreach (var (mime, content) in data) bundle[mime] = Mime.IsJson(mime) ? Json(content) : Lines(content);
        return bundle;
    }

    // A formatter may claim a JSON type and write something else; as a JSON string the file stays valid.
    private static JsonNode? Json(string content)
    {
        try { return JsonNode.Parse(content); }
        catch (JsonException) { return content; }
    }
}
