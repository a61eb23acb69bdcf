using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>An object in a file of figures, with errors that name the place.</summary>
/// <param name="Place">Where in it; <see langword="null"/> for the root.</param>
/// <param name="Element">The object.</param>
/// <param name="Again">How the file is made again.</param>
internal sealed record JsonPart(string File, string? Place, JsonElement Element, string Again)
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The text of a file of figures. The same figures always give the same bytes.</summary>
    public static string Document(object figures) => JsonSerializer.Serialize(figures, _indented) + "\n";

    /// <summary>A number for a file: JSON has no NaN and no infinity, which are written as null.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;

    /// <summary>Refuses a file of another format or version.</summary>
    public void Require(string format, int version, string what)
    {
        if (!Element.TryGetProperty("format", out var own) || own.ValueKind != JsonValueKind.String || own.GetString() != format)
            throw new InputException(File, null, $"holds no {what}", Again);
        if (Whole("version") != version)
            throw new InputException(File, "version", $"is {Whole("version")}, and {version} is read here",
                "Take a newer kit, or make the file again");
    }

    public string Text(string key) => Get(key) is { ValueKind: JsonValueKind.String } value ? value.GetString()!
        : throw Wrong(key, "is no text");

    public int Whole(string key, int least = int.MinValue) => Whole(Get(key), least)
        ?? throw Wrong(key, least == int.MinValue ? "is no whole number" : $"is no whole number of at least {least}");

    public double Number(string key) => FiniteNumber(Get(key)) ?? throw Wrong(key, "is no finite number");

    /// <summary>A number from 0 to 1.</summary>
    public double Share(string key) => Number(key) is var share and >= 0 and <= 1 ? share : throw Wrong(key, "is no share");

    /// <summary>A number, or NaN where the file has null.</summary>
    public double NumberOrNaN(string key) => IsNull(key) ? double.NaN : Number(key);

    public bool IsNull(string key) => Get(key).ValueKind == JsonValueKind.Null;

    public IReadOnlyList<double> Numbers(string key, int count) => Array(key) is var list && list.GetArrayLength() == count
        ? [.. list.EnumerateArray().Select((v, i) => FiniteNumber(v) ?? throw Wrong($"{key} {i}", "is no finite number"))]
        : throw Wrong(key, $"is no list of {count}, one per seed");

    public IReadOnlyList<int> Wholes(string key, int least) =>
        [.. Array(key).EnumerateArray().Select((v, i) => Whole(v, least)
            ?? throw Wrong($"{key} {i}", $"is no whole number of at least {least}"))];

    public JsonPart Object(string key) => Of(key, Get(key));

    public IEnumerable<JsonPart> List(string key) => Array(key).EnumerateArray().Select((e, i) => Of($"{key} {i}", e));

    /// <summary>What is wrong at a key; the remedy is to make the file again unless another is given.</summary>
    public InputException Wrong(string key, string problem, string? remedy = null) => new(File, At(key), problem, remedy ?? Again);

    private string At(string key) => Place is null ? key : $"{Place}, {key}";

    private JsonPart Of(string key, JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? this with { Place = At(key), Element = value } : throw Wrong(key, "is no object");

    private JsonElement Array(string key) => Get(key) is { ValueKind: JsonValueKind.Array } list ? list : throw Wrong(key, "is no list");

    private JsonElement Get(string key) => Element.TryGetProperty(key, out var value) ? value : throw Wrong(key, "is missing");

    private static int? Whole(JsonElement value, int least) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int whole)
        && whole >= least ? whole : null;

    private static double? FiniteNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : null;
}
