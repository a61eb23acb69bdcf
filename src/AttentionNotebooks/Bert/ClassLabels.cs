using System.Globalization;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>The names of a classifier's classes in config.json, as Hugging Face keeps them.</summary>
internal static class ClassLabels
{
    /// <summary>Names where a checkpoint gives none.</summary>
    public static IReadOnlyList<string> Unnamed(int classes) =>
        [.. Enumerable.Range(0, classes).Select(c => string.Create(CultureInfo.InvariantCulture, $"LABEL_{c}"))];

    /// <summary>The same of a folder; nothing where it has no settings, as beside an ONNX file that holds all.</summary>
    /// <exception cref="InputException">The settings are damaged.</exception>
    public static (IReadOnlyList<string> Architectures, IReadOnlyList<string>? Labels) Of(string folder)
    {
        string config = Path.Combine(folder, BertConfig.FileName);
        return File.Exists(config) ? Read(config) : ([], null);
    }

    /// <summary>Reads which classes of Hugging Face's the weights are for, and the names; <see langword="null"/> where there are
    /// none.</summary>
    /// <exception cref="InputException">The file is no JSON object, or the names are not numbered 0, 1, 2 …</exception>
    public static (IReadOnlyList<string> Architectures, IReadOnlyList<string>? Labels) Read(string path)
    {
        using var json = JsonFile.Read(path);
        var root = json.RootElement;
        string[] architectures = root.TryGetProperty("architectures", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()!)] : [];
        if (!root.TryGetProperty("id2label", out var names) || names.ValueKind != JsonValueKind.Object) return (architectures, null);
        var labels = new SortedDictionary<int, string>();
        foreach (var property in names.EnumerateObject())
        {
            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || property.Value.ValueKind != JsonValueKind.String || !labels.TryAdd(number, property.Value.GetString()!))
                throw new InputException(path, $"id2label, {property.Name}", "is not a number with a name in quotes",
                    "Write {\"0\": \"name\", \"1\": \"name\", …}");
        }
        if (!labels.Keys.SequenceEqual(Enumerable.Range(0, labels.Count)))
            throw new InputException(path, "id2label", "does not number the classes 0, 1, 2 …", "Name every class once");
        return (architectures, [.. labels.Values]);
    }

    /// <summary>Writes the names both ways round, how many there are, and what kind of task it is.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<string> labels)
    {
        json.WriteStartObject("id2label");
        for (int c = 0; c < labels.Count; c++) json.WriteString(c.ToString(CultureInfo.InvariantCulture), labels[c]);
        json.WriteEndObject();
        json.WriteStartObject("label2id");
        for (int c = 0; c < labels.Count; c++) json.WriteNumber(labels[c], c);
        json.WriteEndObject();
        json.WriteNumber("num_labels", labels.Count);
        json.WriteString("problem_type", "single_label_classification");
    }
}
