using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>Reads a small JSON file whose root must be an object.</summary>
internal static class JsonFile
{
    private const int MostBytes = 1 << 26;

    /// <summary>Reads and parses <paramref name="path"/>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The document; the caller disposes it.</returns>
    /// <exception cref="InputException">The file is missing, unreadable, too large for its kind, not JSON, or no object.</exception>
    public static JsonDocument Read(string path)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
                throw new InputException(path, null, "is larger than 64 MiB",
                    "A file of settings is a few KiB; check that this is the right file");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})",
                "Check the path; a checkpoint folder holds config.json, vocab.txt and model.safetensors", e);
        }
        try
        {
            var text = bytes.AsMemory(bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0);
            JsonTexts.Check(path, text.Span);
            var json = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind == JsonValueKind.Object) return json;
            json.Dispose();
            throw new InputException(path, null, "is not a JSON object", "Copy the file of the checkpoint again");
        }
        catch (JsonException e)
        {
            throw new InputException(path, $"line {e.LineNumber + 1}",
                $"is not valid JSON ({e.Message.Split(" LineNumber")[0].TrimEnd('.')})", "Copy the file of the checkpoint again", e);
        }
    }
}
