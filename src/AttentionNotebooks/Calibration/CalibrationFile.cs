using System.Text;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// A calibration as a JSON file: format and version, the head grid, and the heads that are not left as they are. The same
/// calibration always gives the same bytes. Files of version 1, whose temperature multiplied the scores, are read and converted.
/// </summary>
internal static class CalibrationFile
{
    private const string Format = "attention-head-calibration",
        Again = "Write the file with attn calibrate, or with ModelCalibration.Write";
    // In version 1 "temperature" multiplied the scores; since version 2 it divides them.
    private const int Version = 2, Multiplying = 1;

    // A temperature at which the scores count for nothing, and the two classes of prior, as the file calls them.
    private const string Infinite = "Infinity", Gaussian = "gaussian", Buckets = "buckets";

    /// <summary>The file's content.</summary>
    public static string ToJson(ModelCalibration calibration)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteNumber("layers", calibration.Grid.Layers);
            json.WriteNumber("heads", calibration.Grid.Heads);
            json.WriteStartArray("calibration");
            foreach (var head in calibration.Changed) Write(json, head, calibration[head]);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>Reads a calibration, for any model unless a grid is given.</summary>
    public static ModelCalibration Read(string file, HeadGrid? grid = null)
    {
        using var document = JsonFile.Read(file);
        var root = document.RootElement;
        if (!root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String || format.GetString() != Format)
            throw new InputException(file, null, "is no calibration", Again);
        var json = new JsonReader(file, root);
        int version = json.Whole("version");
        if (version is not (Multiplying or Version))
            throw new InputException(file, "version", $"is {version}; {Multiplying} and {Version} are read here",
                "Take a newer kit, or calibrate again");
        Known(file, null, root, "format", "version", "layers", "heads", "calibration");
        var own = new HeadGrid(json.Whole("layers"), json.Whole("heads"));
        if (own.Layers is < 1 or > 1000 || own.Heads is < 1 or > 1000)
            throw new InputException(file, null, $"says it is for {own} heads", Again);
        if (!root.TryGetProperty("calibration", out var heads) || heads.ValueKind != JsonValueKind.Array)
            throw new InputException(file, "calibration", "is no list", Again);
        var settings = Enumerable.Repeat(HeadCalibration.Identity, own.Count).ToArray();
        var seen = new HashSet<Head>();
        foreach (var (element, i) in heads.EnumerateArray().Select((e, i) => (e, i)))
        {
            var (head, setting) = ReadHead(file, $"calibration {i}", element, version);
            if (!own.Contains(head))
                throw new InputException(file, $"calibration {i}", $"is of head {head}, outside the {own} heads",
                    $"Count from 0: the last head is {own[own.Count - 1]}");
            if (!seen.Add(head))
                throw new InputException(file, $"calibration {i}", $"sets head {head} a second time", "Set each head once");
            if (setting.Problem is { } problem) throw new InputException(file, $"head {head}", problem, HeadCalibration.Allowed);
            settings[own.PositionOf(head)] = setting;
        }
        var calibration = new ModelCalibration(own, settings);
        if (grid is { } wanted) calibration.RequireGrid(wanted, file);
        return calibration;
    }

    private static void Write(Utf8JsonWriter json, Head head, HeadCalibration setting)
    {
        json.WriteStartObject();
        json.WriteNumber("layer", head.Layer);
        json.WriteNumber("head", head.Index);
        // JSON has no infinity: it is written by name.
        if (double.IsPositiveInfinity(setting.Temperature)) json.WriteString("temperature", Infinite);
        else json.WriteNumber("temperature", setting.Temperature);
        json.WriteNumber("special_bias", setting.SpecialBias);
        json.WriteNumber("gate", setting.Gate);
        json.WriteStartArray("priors");
        foreach (var prior in setting.Priors)
        {
            json.WriteStartObject();
            if (prior is GaussianPrior g)
            {
                json.WriteString("kind", Gaussian);
                json.WriteNumber("centre", g.Centre);
                json.WriteNumber("width", g.Width);
                json.WriteNumber("strength", g.Strength);
            }
            else
            {
                json.WriteString("kind", Buckets);
                json.WriteStartArray("gains");
                foreach (double gain in ((BucketPrior)prior).Gains) json.WriteNumberValue(gain);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static (Head, HeadCalibration) ReadHead(string file, string place, JsonElement element, int version)
    {
        Known(file, place, element, "layer", "head", "temperature", "special_bias", "gate", "priors");
        var head = new Head(Whole(file, place, element, "layer"), Whole(file, place, element, "head"));
        var priors = element.TryGetProperty("priors", out var list) ? list : default;
        if (priors.ValueKind is not (JsonValueKind.Array or JsonValueKind.Undefined))
            throw new InputException(file, $"{place}, priors", "is no list", Again);
        return (head, new HeadCalibration(Temperature(file, place, element, version), Number(file, place, element, "special_bias", 0),
            Number(file, place, element, "gate", 1))
        {
            Priors = priors.ValueKind == JsonValueKind.Undefined ? []
                : [.. priors.EnumerateArray().Select((p, i) => ReadPrior(file, $"{place}, prior {i}", p))],
        });
    }

    private static double Temperature(string file, string place, JsonElement element, int version)
    {
        const string Name = "temperature";
        if (version == Multiplying)
        {
            double factor = Number(file, place, element, Name, 1);
            return factor >= 0 ? 1 / Math.Abs(factor) // −0 too is an infinite temperature
                : throw new InputException(file, place, FormattableString.Invariant($"has temperature {factor}, below 0"),
                    HeadCalibration.Allowed);
        }
        return element.TryGetProperty(Name, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(Infinite)
            ? double.PositiveInfinity
            : Number(file, place, element, Name, 1);
    }

    private static DistancePrior ReadPrior(string file, string place, JsonElement element)
    {
        string? kind = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("kind", out var name)
            && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        switch (kind)
        {
            case Gaussian:
                Known(file, place, element, "kind", "centre", "width", "strength");
                return new GaussianPrior(Number(file, place, element, "centre"), Number(file, place, element, "width"),
                    Number(file, place, element, "strength"));
            case Buckets:
                Known(file, place, element, "kind", "gains");
                if (!element.TryGetProperty("gains", out var gains) || gains.ValueKind != JsonValueKind.Array
                    || gains.GetArrayLength() != BucketPrior.Count)
                    throw new InputException(file, place, $"does not list {BucketPrior.Count} gains", Again);
                return new BucketPrior([.. gains.EnumerateArray().Select((g, i) => Value(file, $"{place}, gain {i}", g))]);
            default:
                throw new InputException(file, place, "is of no known kind", $"Known: {Gaussian}, {Buckets}");
        }
    }

    private static void Known(string file, string? place, JsonElement element, params string[] names)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new InputException(file, place, "is no object", Again);
        if (element.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => !names.Contains(n)) is { } unknown)
            throw new InputException(file, place, $"has the unknown field \"{unknown}\"", $"Known: {string.Join(", ", names)}");
    }

    private static int Whole(string file, string place, JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int whole) ? whole
            : throw new InputException(file, $"{place}, {name}", "is no whole number", Again);

    private static double Number(string file, string place, JsonElement element, string name, double? missing = null) =>
        element.TryGetProperty(name, out var value) ? Value(file, $"{place}, {name}", value)
            : missing ?? throw new InputException(file, $"{place}, {name}", "is missing", Again);

    // A number too large for a double reads as infinity.
    private static double Value(string file, string place, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number
            : throw new InputException(file, place, "is no finite number", "JSON has no NaN and no infinity: write a plain number");
}
