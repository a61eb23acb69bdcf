using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>Settings of a JSON object, with errors that name the file and the key.</summary>
internal sealed class JsonReader(string path, JsonElement root)
{
    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>The object itself.</summary>
    public JsonElement Root => root;

    /// <summary>A whole number; <paramref name="missing"/> where the key is not there, an error where that is
    /// <see langword="null"/>.</summary>
    public int Whole(string key, int? missing = null)
    {
        if (!root.TryGetProperty(key, out var value))
            return missing ?? throw new InputException(path, key, "is missing", "Copy config.json of the checkpoint again, or add the key");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : throw new InputException(path, key, $"{Shown(value)} is not a whole number", "Write it as a plain integer");
    }

    /// <summary>A number.</summary>
    public double Number(string key, double missing)
    {
        if (!root.TryGetProperty(key, out var value)) return missing;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            ? number
            : throw new InputException(path, key, $"{Shown(value)} is not a number", "Write it as a plain number");
    }

    /// <summary>A text.</summary>
    public string Text(string key, string missing)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) return missing;
        return value.ValueKind == JsonValueKind.String ? value.GetString()!
            : throw new InputException(path, key, $"{Shown(value)} is not a text", "Write it in quotes");
    }

    /// <summary>True, false, or <see langword="null"/> where it is not said.</summary>
    public bool? Flag(string key)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new InputException(path, key, $"{Shown(value)} is not true or false", "Write true or false without quotes");
    }

    /// <summary>The object under a key, or <see langword="null"/> where it is missing.</summary>
    public JsonReader? Object(string key) => root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Object
        ? new JsonReader(path, value) : null;

    private static string Shown(JsonElement value)
    {
        string raw = value.GetRawText();
        return raw.Length <= 40 ? raw : raw[..40] + "…";
    }
}
