using System.Globalization;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// What is to be known of maps beside any feature: which heads are uniform or look at one key everywhere, how long the texts
/// are, and how the rows of saved or given maps summed. Counts only, so that shards and resumed runs add up to the whole run's.
/// </summary>
internal sealed class MapFindings
{
    // A row's largest weight is that of the uniform row, or all of it, but for so much.
    private const double Tolerance = 1e-4;

    private readonly HeadGrid _grid;
    private readonly long[] _uniform, _oneKey; // [head position]: texts of at least two tokens in which the head is so
    private readonly SortedDictionary<int, long> _lengths = [];

    public MapFindings(HeadGrid grid) => (_grid, _uniform, _oneKey) = (grid, new long[grid.Count], new long[grid.Count]);

    /// <summary>How the rows of saved or given maps summed.</summary>
    public RowSums Rows { get; private set; } = RowSums.None;

    /// <summary>Heads whose rows put the same weight on every key in every text of at least two tokens.</summary>
    public IReadOnlyList<Head> Uniform => Everywhere(_uniform);

    /// <summary>Heads whose rows put all weight on one key in every text of at least two tokens.</summary>
    public IReadOnlyList<Head> OneKey => Everywhere(_oneKey);

    /// <summary>How many texts have fewer than so many tokens.</summary>
    public long Shorter(int tokens) => _lengths.TakeWhile(l => l.Key < tokens).Sum(l => l.Value);

    public void Visit(LayerMaps maps)
    {
        var batch = maps.Batch;
        if (maps.Layer == 0)
            foreach (var text in batch.Texts) _lengths[text.Length] = _lengths.GetValueOrDefault(text.Length) + 1;
        Rows = Rows.Add(batch.RowSums);
        using var scope = NewDisposeScope();
        var largest = maps.RowMax();                                                                                   // [B, H, T]
        var padding = batch.Cached("padding", () => batch.Mask.logical_not().to_type(ScalarType.Float32)).unsqueeze(1); // [B, 1, T]
        float[] most = largest.amax([-1]).Floats(), least = largest.Plus(padding).amin([-1]).Floats();     // [B, H]
        for (int i = 0; i < most.Length; i++)
        {
            int n = batch.Texts[i / _grid.Heads].Length, at = maps.Layer * _grid.Heads + i % _grid.Heads;
            if (n < 2) continue; // both at once, whatever the head
            if (most[i] * (double)n <= 1 + Tolerance) _uniform[at]++;
            if (least[i] >= 1 - Tolerance) _oneKey[at]++;
        }
    }

    public void Add(MapFindings other)
    {
        for (int h = 0; h < _uniform.Length; h++)
            (_uniform[h], _oneKey[h]) = (_uniform[h] + other._uniform[h], _oneKey[h] + other._oneKey[h]);
        foreach (var (length, texts) in other._lengths) _lengths[length] = _lengths.GetValueOrDefault(length) + texts;
        Rows = Rows.Add(other.Rows);
    }

    /// <summary>Writes the findings as a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("uniform", string.Join(' ', _uniform));
        json.WriteString("one_key", string.Join(' ', _oneKey));
        json.WriteStartObject("lengths");
        foreach (var (length, texts) in _lengths) json.WriteNumber(length.ToString(CultureInfo.InvariantCulture), texts);
        json.WriteEndObject();
        json.WriteNumber("rows", Rows.Rows);
        json.WriteNumber("rows_off", Rows.Off);
        json.WriteNumber("farthest", Rows.Farthest);
        if (Rows.Place is { } place) json.WriteString("place", place);
        json.WriteEndObject();
    }

    /// <summary>Findings as <see cref="Write"/> wrote them.</summary>
    /// <exception cref="FormatException">A number cannot be read, or there are not as many as heads.</exception>
    /// <exception cref="KeyNotFoundException">Something is missing.</exception>
    public static MapFindings Read(JsonElement json, HeadGrid grid)
    {
        var findings = new MapFindings(grid);
        void Counts(string name, long[] into)
        {
            long[] read = [.. (json.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null")).Split(' ')
                .Select(v => long.Parse(v, NumberStyles.None, CultureInfo.InvariantCulture))];
            if (read.Length != into.Length) throw new FormatException($"{name} has {read.Length} counts for {into.Length} heads");
            read.CopyTo(into, 0);
        }
        Counts("uniform", findings._uniform);
        Counts("one_key", findings._oneKey);
        foreach (var length in json.GetProperty("lengths").EnumerateObject())
            findings._lengths[int.Parse(length.Name, NumberStyles.None, CultureInfo.InvariantCulture)] = length.Value.GetInt64();
        findings.Rows = new RowSums(json.GetProperty("rows").GetInt64(), json.GetProperty("rows_off").GetInt64(),
            json.GetProperty("farthest").GetDouble(),
            json.TryGetProperty("place", out var place) ? place.GetString() : null);
        return findings;
    }

    private List<Head> Everywhere(long[] counts)
    {
        long texts = _lengths.Values.Sum() - Shorter(2);
        return texts == 0 ? [] : [.. _grid.All().Where((_, h) => counts[h] == texts)];
    }
}
