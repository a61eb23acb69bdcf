using System.Globalization;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// How far an extraction is and what it has so far: what a shard leaves for merging, and what an interrupted run goes on
/// from. Holds exact sums, so nothing is lost by writing and reading it.
/// </summary>
/// <param name="Run">What the result depends on (source, features, batch size), as a hash: only states of one run may be put
/// together.</param>
/// <param name="Shard">Which shard, from 0.</param>
/// <param name="Shards">Of how many.</param>
/// <param name="BatchesDone">Batches of the shard that are in the sums.</param>
/// <param name="Batches">Batches of the shard.</param>
public sealed record FeatureState(string Run, int Shard, int Shards, int BatchesDone, int Batches, FeatureReducer Sums)
{
    private const string Format = "attention-notebooks features 4";
    // had no statistics; no findings; no texts without a value
    private static readonly string[] OlderFormats = [.. Enumerable.Range(1, 3).Select(n => $"attention-notebooks features {n}")];
    private const string Remedy = "Run attn features again for it, without --resume";

    /// <summary>Where the maps come from; <see langword="null"/> where it is not known.</summary>
    public Provenance? From { get; init; }

    /// <summary>The table of what is in so far, with where it comes from.</summary>
    /// <exception cref="InputException">A feature of all texts together has no value in them.</exception>
    public HeadTable ToTable() => Sums.ToTable().Of(From);

    /// <summary>Whether every batch of the shard is in.</summary>
    public bool Complete => BatchesDone == Batches;

    /// <summary>What the result of an extraction depends on, as a hash.</summary>
    /// <param name="tokensPerBatch">The size of batches.</param>
    public static string RunOf(IAttentionSource source, IReadOnlyList<HeadFeature> features, int tokensPerBatch)
    {
        var hash = new Fingerprint().Add(source.Fingerprint).Add(tokensPerBatch).Add(BatchPlan.CostOfBatch);
        foreach (var f in features) hash.Add(f.Name).Add(f.Definition);
        return hash.Of();
    }

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
        json.WriteNumber("batches_done", BatchesDone);
        json.WriteNumber("batches", Batches);
        json.WriteNumber("texts", Sums.Texts);
        json.WriteNumber("layers", Sums.Grid.Layers);
        json.WriteNumber("heads", Sums.Grid.Heads);
        json.WriteStartArray("features");
        foreach (string f in Sums.Features) json.WriteStringValue(f);
        json.WriteEndArray();
        json.WriteStartArray("least_tokens");
        foreach (var f in Sums.Definitions) json.WriteNumberValue(f.LeastTokens);
        json.WriteEndArray();
        if (From is not null) Provenance.Write(json, From);
        json.WritePropertyName("findings");
        Sums.Findings.Write(json);
        WriteSums("sums", Sums.Sums);
        WriteSums("squares", Sums.Squares);
        json.WriteStartArray("lacking");
        foreach (int[] column in Sums.Lacking) json.WriteStringValue(string.Join(' ', column));
        json.WriteEndArray();
        json.WriteStartObject("statistics");
        for (int s = 0; s < Sums.Statistics.Count; s++) WriteSums(Sums.Statistics[s].Name, Sums.Means[s]);
        json.WriteEndObject();
        json.WriteEndObject();

        // As text: JSON has no 128-bit integers.
        void WriteSums(string name, IReadOnlyList<ExactSum[]> sums)
        {
            json.WriteStartArray(name);
            foreach (var column in sums)
                json.WriteStringValue(string.Join(' ', column.Select(s => s.Units.ToString(CultureInfo.InvariantCulture))));
            json.WriteEndArray();
        }
    });

    /// <summary>Reads a state.</summary>
    /// <exception cref="InputException">It is missing or is no such state.</exception>
    public static FeatureState Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var json = document.RootElement;
            string? format = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("format", out var named) ? named.GetString()
                : null;
            if (format is not null && OlderFormats.Contains(format))
                throw new InputException(file, null, "was written by an older version", Remedy);
            if (format != Format)
                throw new InputException(file, null, "is not what attn features --shard writes", "Name the files that the shards wrote");
            int Number(string name) => json.GetProperty(name).GetInt32() is >= 0 and int n ? n
                : throw new FormatException($"{name} is negative");
            var grid = new HeadGrid(Number("layers"), Number("heads"));
            HeadFeature[] features = [.. json.GetProperty("features").EnumerateArray()
                .Zip(json.GetProperty("least_tokens").EnumerateArray(), (f, least) => Named(f.GetString()!, least.GetInt32()))];
            static ExactSum[][] Sums(JsonElement of) => [.. of.EnumerateArray().Select(c => Column(c.GetString()!))];
            var statistics = json.GetProperty("statistics").EnumerateObject().ToDictionary(s => s.Name, s => Sums(s.Value));
            ExactSum[][][] means = [.. features.Select(f => f.Statistic).OfType<TextStatistic>().Distinct()
                .Select(s => statistics[s.Name])];
            int[][] lacking = [.. json.GetProperty("lacking").EnumerateArray().Select(c => Counts(c.GetString()!))];
            var sums = FeatureReducer.Restore(grid, features, Number("texts"), Sums(json.GetProperty("sums")),
                Sums(json.GetProperty("squares")), means, lacking, MapFindings.Read(json.GetProperty("findings"), grid));
            return new FeatureState(json.GetProperty("run").GetString()!, Number("shard"), Number("shards"), Number("batches_done"),
                Number("batches"), sums)
            {
                From = Provenance.Read(json),
            };
        }
        catch (Exception e) when (e is IOException
            or UnauthorizedAccessException)
        { throw new InputException(file, null, "cannot be opened", "Check the path", e); }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or OverflowException or ArgumentException)
        {
            throw new InputException(file, null, $"is damaged ({e.Message.TrimEnd('.')})", Remedy, e);
        }
    }

    /// <summary>Puts the shards of one run together. The result is that of the run without shards, bit for bit.</summary>
    /// <param name="files">The files that the shards wrote, in any order.</param>
    /// <exception cref="InputException">A file is broken, of another run, unfinished, given twice or missing.</exception>
    public static HeadTable Merge(IReadOnlyList<string> files)
    {
        var states = ShardFiles.OfOneRun(files, Read, s => (s.Run, s.Shard, s.Shards), "features", Remedy, (file, state) =>
        {
            if (!state.Complete)
                throw new InputException(file, null, $"holds {state.BatchesDone} of {state.Batches} batches",
                    "Finish the shard with --resume");
        });
        var first = states[0].State;
        foreach (var (_, state) in states.Skip(1)) first.Sums.Merge(state.Sums);
        return first.ToTable();
    }

    private static HeadFeature Named(string name, int leastTokens)
    {
        var known = Known.All.FirstOrDefault(f => f.Name == name) ?? FeatureCatalogue.Numbered(name)
            ?? throw new FormatException($"names a feature \"{name}\" that this version does not know");
        return known.Statistic is null ? known with { LeastTokens = leastTokens } : known;
    }

    private static FeatureCatalogue Known { get; } = new(TokenCounts.Of([]));

    private static int[] Counts(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(n => int.Parse(n, NumberStyles.None, CultureInfo.InvariantCulture))];

    private static ExactSum[] Column(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(s => ExactSum.FromUnits(Int128.Parse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)))];
}
