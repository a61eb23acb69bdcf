using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The JSON header of a safetensors file: parsed with every claim checked, or built.</summary>
internal static class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__", Again = "Copy or download the file again";

    /// <summary>Parses a header and checks it against the size of the data behind it.</summary>
    public static (Dictionary<string, SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Parse(string path, byte[] header,
        long dataBytes)
    {
        JsonDocument json;
        try
        {
            JsonTexts.Check(path, header);
            json = JsonDocument.Parse(header.AsMemory(), new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new InputException(path, "header", $"is not valid JSON ({e.Message.Split(" LineNumber")[0].TrimEnd('.')})", Again, e);
        }
        using (json)
        {
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new InputException(path, "header", "is not a JSON object", Again);
            var entries = new Dictionary<string, SafetensorsEntry>();
            var metadata = new Dictionary<string, string>();
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey) ReadMetadata(path, property.Value, metadata);
                else entries.Add(property.Name, ReadEntry(path, property.Name, property.Value));
            }
            CheckLayout(path, entries.Values, dataBytes);
            return (entries, metadata);
        }
    }

    /// <summary>Builds the header of <paramref name="tensors"/>, laid out in the order given.</summary>
    public static byte[] Build(IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long begin = 0;
            var seen = new HashSet<string>();
            foreach (var (name, tensor) in tensors)
            {
                if (name == MetadataKey || !seen.Add(name))
                    throw new ArgumentException($"the name {name} cannot be given to a tensor twice or at all", nameof(tensors));
                string type = SafetensorsEntry.NameOf(tensor.dtype)
                    ?? throw new ArgumentException($"{name}: safetensors has no name for {tensor.dtype}", nameof(tensors));
                long end = begin + tensor.numel() * tensor.element_size();
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (long size in tensor.shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                begin = end;
            }
            json.WriteEndObject();
        }
        while (stream.Length % 8 != 0) stream.WriteByte((byte)' '); // the data begins aligned
        return stream.ToArray();
    }

    private static void ReadMetadata(string path, JsonElement value, Dictionary<string, string> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object) throw new InputException(path, MetadataKey, "is not an object", Again);
        foreach (var text in value.EnumerateObject())
        {
            if (text.Value.ValueKind != JsonValueKind.String)
                throw new InputException(path, MetadataKey, $"\"{text.Name}\" is not a text", Again);
            metadata.Add(text.Name, text.Value.GetString()!);
        }
    }

    private static SafetensorsEntry ReadEntry(string path, string name, JsonElement value)
    {
        InputException Bad(string problem) => new(path, $"tensor {name}", problem, Again);
        if (value.ValueKind != JsonValueKind.Object) throw Bad("its header entry is not an object");
        if (!value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String) throw Bad("has no dtype");
        if (!SafetensorsEntry.Knows(type.GetString()!)) throw Bad($"has the unknown dtype {type.GetString()}");
        var shape = Numbers(value, "shape") ?? throw Bad("its shape is not a list of sizes of 0 or more");
        var offsets = Numbers(value, "data_offsets");
        if (offsets is not { Length: 2 } || offsets[0] > offsets[1]) throw Bad("its data_offsets are not a begin and an end");
        var entry = new SafetensorsEntry(name, type.GetString()!, shape, offsets[0], offsets[1]);
        Int128 bytes = entry.ElementBytes, withoutZeros = bytes;
        foreach (long size in shape)
        {
            bytes *= size;
            withoutZeros *= Math.Max(1, size); // an empty tensor has strides, too, and they are such products
            if (withoutZeros > long.MaxValue) throw Bad("its shape is larger than any file");
        }
        if (bytes != entry.End - entry.Begin)
            throw Bad(
                $"its shape [{string.Join(", ", shape)}] of {entry.Type} needs {bytes} bytes, its offsets give {entry.End - entry.Begin}");
        return entry;
    }

    private static long[]? Numbers(JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array) return null;
        var numbers = new long[list.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]) || numbers[i] < 0) return null;
        }
        return numbers;
    }

    // The format wants the tensors side by side: no overlap, no hole, nothing behind the last one.
    private static void CheckLayout(string path, IEnumerable<SafetensorsEntry> entries, long dataBytes)
    {
        long at = 0;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.End > dataBytes)
                throw new InputException(path, $"tensor {entry.Name}",
                    $"ends at byte {entry.End} of the data, but there are only {dataBytes}", $"The file is cut off. {Again}");
            if (entry.Begin != at)
                throw new InputException(path, $"tensor {entry.Name}", entry.Begin < at ? "overlaps the tensor before it"
                    : $"leaves {entry.Begin - at} bytes before it that belong to no tensor", Again);
            at = entry.End;
        }
        if (at != dataBytes) throw new InputException(path, $"byte {at} of the data", $"{dataBytes - at} bytes belong to no tensor", Again);
    }
}
