using System.Globalization;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>What a shard of a run over head distances leaves for merging. Holds exact sums, so nothing is lost by writing and reading
/// it.</summary>
/// <param name="Run">What the result depends on (source, distance, batch size), as a hash: only shards of one run may be put
/// together.</param>
/// <param name="Shard">Which shard, from 0.</param>
/// <param name="Shards">Of how many.</param>
public sealed record DistanceState(string Run, int Shard, int Shards, HeadDistanceReducer Sums)
{
    private const string Format = "attention-notebooks distances 2";
    private const string OlderFormat = "attention-notebooks distances 1"; // had no findings
    private const string AnyFormat = "attention-notebooks distances ";
    private const string Remedy = "Run attn distances again for it";

    /// <summary>Whether a file says that it holds such a state.</summary>
    public static bool IsIn(string file)
    {
        try
        {
            var start = new char[200];
            using var reader = new StreamReader(file);
            return new string(start, 0, reader.Read(start)).Contains(AnyFormat, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }
    }

    /// <summary>What the distances of a source depend on, as a hash.</summary>
    /// <param name="tokensPerBatch">The size of batches.</param>
    public static string RunOf(IAttentionSource source, HeadDistance distance, int tokensPerBatch) =>
        new Fingerprint().Add(source.Fingerprint).Add(tokensPerBatch).Add(distance.Name).Add(distance.Definition).Of();

    /// <summary>Writes the state; the file holds it whole or is as it was.</summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => AtomicFile.Write(file, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("run", Run);
        json.WriteNumber("shard", Shard);
        json.WriteNumber("shards", Shards);
        json.WriteNumber("texts", Sums.Texts);
        json.WriteNumber("layers", Sums.Grid.Layers);
        json.WriteNumber("heads", Sums.Grid.Heads);
        json.WriteString("distance", Sums.Distance.Name);
        json.WritePropertyName("findings");
        Sums.Findings.Write(json);
        // As text: JSON has no 128-bit integers.
        json.WriteString("sums", string.Join(' ', Sums.Sums.Select(s => s.Units.ToString(CultureInfo.InvariantCulture))));
        json.WriteEndObject();
    });

    /// <summary>Reads a state.</summary>
    /// <exception cref="InputException">It is missing or is no such state.</exception>
    public static DistanceState Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var json = document.RootElement;
            string? format = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("format", out var named) ? named.GetString()
                : null;
            if (format == OlderFormat) throw new InputException(file, null, "was written by an older version", Remedy);
            if (format != Format)
                throw new InputException(file, null, "is not what attn distances --shard writes", "Name the files that the shards wrote");
            int Number(string name) => json.GetProperty(name).GetInt32() is >= 0 and int n ? n
                : throw new FormatException($"{name} is negative");
            var grid = new HeadGrid(Number("layers"), Number("heads"));
            ExactSum[] sums = [.. json.GetProperty("sums").GetString()!.Split(' ')
                .Select(s => ExactSum.FromUnits(Int128.Parse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)))];
            if (sums.Length != (long)grid.Count * grid.Count) throw new FormatException($"{sums.Length} sums for {grid.Count} heads");
            return new DistanceState(json.GetProperty("run").GetString()!, Number("shard"), Number("shards"),
                HeadDistanceReducer.Restore(grid, json.GetProperty("distance").GetString()!, Number("texts"), sums,
                    MapFindings.Read(json.GetProperty("findings"), grid)));
        }
        catch (Exception e) when (e is IOException
            or UnauthorizedAccessException)
        { throw new InputException(file, null, "cannot be opened", "Check the path", e); }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or OverflowException)
        {
            throw new InputException(file, null, $"is damaged ({e.Message.TrimEnd('.')})", Remedy, e);
        }
    }

    /// <summary>Puts the shards of one run together. The result is that of the run without shards, bit for bit.</summary>
    /// <param name="files">The files that the shards wrote, in any order.</param>
    /// <exception cref="InputException">A file is broken, of another run, given twice or missing.</exception>
    public static HeadDistanceReducer Merge(IReadOnlyList<string> files)
    {
        var states = ShardFiles.OfOneRun(files, Read, s => (s.Run, s.Shard, s.Shards), "distance", Remedy);
        var first = states[0].State;
        foreach (var (_, state) in states.Skip(1)) first.Sums.Merge(state.Sums);
        return first.Sums;
    }
}
