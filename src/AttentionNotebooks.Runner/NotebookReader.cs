using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttentionNotebooks.Runner;

/// <summary>
/// Reads .ipynb files (nbformat 4) and .dib scripts and checks them: whatever is wrong is reported as one <see cref="InputException"/>
/// with the file, the cell and the remedy.
/// </summary>
internal static class NotebookReader
{
    private const string Repair = "Open the notebook in its editor and save it again, or restore it from version control";

    /// <summary>Reads and checks the notebook at <paramref name="path"/>.</summary>
    public static Notebook Read(string path)
    {
        string full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new InputException(path, null, "there is no such file", "Check the path; notebooks are .ipynb or .dib files");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})", "Check the file's permissions", e);
        }
        return Path.GetExtension(full).ToLowerInvariant() switch
        {
            ".ipynb" => Parse(path, bytes),
            ".dib" => DibFormat.Parse(path, Utf8(path, bytes)),
            var other => throw new InputException(path, null,
                $"is no notebook: {(other.Length > 0 ? $"files that end in {other}" : "files without an extension")} are not read",
                    "Name an .ipynb or .dib file"),
        };
    }

    private static string Utf8(string path, byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true)
                .GetString(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException(path, $"byte {e.Index}", "is not UTF-8 text", "Save the file as UTF-8", e);
        }
    }

    /// <summary>Checks the notebook in <paramref name="bytes"/>; <paramref name="path"/> names it in messages.</summary>
    public static Notebook Parse(string path, ReadOnlySpan<byte> bytes)
    {
        var root = ParseJson(path, bytes);
        CheckFormat(path, root);
        string language = NotebookLanguage(path, root);
        if (root["cells"] is not JsonArray array) throw new InputException(path, "cells", "is missing or not a list", Repair);
        var cells = array.Select((node, i) => ReadCell(path, i + 1, node, language)).ToList();
        return new Notebook(Path.GetFullPath(path), cells, root);
    }

    private static JsonObject ParseJson(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        try
        {
            JsonTexts.Check(path, bytes, depth: 256);
            return JsonNode.Parse(bytes, null, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 256 }) as JsonObject
                ?? throw new InputException(path, null, "is not a notebook: the JSON is not an object", Repair);
        }
        catch (JsonException e)
        {
            string? place = e.LineNumber is long line ? $"line {line + 1}, byte {e.BytePositionInLine + 1}" : null;
            string reason = e.Message.Split(" LineNumber:")[0].Split(" Path:")[0].TrimEnd('.');
            throw new InputException(path, place, $"is not valid JSON ({reason})", Repair, e);
        }
    }

    private static void CheckFormat(string path, JsonObject root)
    {
        int? major = Integer(root["nbformat"]);
        if (major is null) throw new InputException(path, "nbformat", "is missing or not a number, so this is not a notebook", Repair);
        if (major != 4)
            throw new InputException(path, "nbformat", $"is {major}; only notebooks of format 4 are read",
                "Convert it with 'jupyter nbconvert --to notebook', or open and save it in VS Code");
    }

    // The polyglot default says more than the kernelspec: ".net-csharp" also hosts notebooks whose cells are F#.
    private static string NotebookLanguage(string path, JsonObject root)
    {
        var metadata = root["metadata"] as JsonObject;
        string? name =
            Text(At(metadata, "polyglot_notebook", "kernelInfo", "defaultKernelName"))
            ?? Text(At(metadata, "kernelspec", "language"))
            ?? Text(At(metadata, "kernelspec", "name"));
        if (name is null) return "csharp";
        return KnownLanguage(name) ?? throw new InputException(path, "metadata",
            $"the notebook is for the kernel '{name}'; only C# notebooks are run",
                "Choose the kernel '.NET (C#)' in the editor and save the notebook again");
    }

    private static Cell ReadCell(string path, int number, JsonNode? node, string notebookLanguage)
    {
        string place = $"cell {number}";
        if (node is not JsonObject json) throw new InputException(path, place, "is not an object", Repair);
        var type = Text(json["cell_type"]) switch
        {
            "code" => CellType.Code,
            "markdown" => CellType.Markdown,
            "raw" => CellType.Raw,
            null => throw new InputException(path, place, "has no cell_type", Repair),
            var other => throw new InputException(path, place, $"has the unknown cell_type '{other}'", "Use code, markdown or raw"),
        };
        string source = Lines(json["source"]) ?? throw new InputException(path, place,
            "has no source, or one that is neither text nor a list of lines", Repair);
        string language = notebookLanguage;
        var own = Text(At(json["metadata"], "polyglot_notebook", "kernelName"))
            ?? Text(At(json["metadata"], "dotnet_interactive", "language"));
        if (type == CellType.Code && own is not null)
            language = KnownLanguage(own) ?? throw new InputException(path, place,
                $"is for the kernel '{own}'; only C# and markdown cells are run", "Change the cell's language to C#, or remove the cell");
        return new Cell(number, Text(json["id"]), type, language, source.ReplaceLineEndings("\n"), json);
    }

    private static string? KnownLanguage(string name) => name.ToLowerInvariant() switch
    {
        "csharp" or "c#" or ".net-csharp" => "csharp",
        "markdown" => "markdown",
        _ => null,
    };

    /// <summary>Text that nbformat allows as one string or as a list of lines; <see langword="null"/> if it is neither.</summary>
    public static string? Lines(JsonNode? node) => node switch
    {
        JsonArray lines when lines.All(l => Text(l) is not null) => string.Concat(lines.Select(Text)),
        _ => Text(node),
    };

    /// <summary>The text of a JSON string; <see langword="null"/> for anything else.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The value of a JSON integer; <see langword="null"/> for anything else.</summary>
    public static int? Integer(JsonNode? node) => node is JsonValue value && value.TryGetValue(out int number) ? number : null;

    private static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string key in path) node = (node as JsonObject)?[key];
        return node;
    }
}
