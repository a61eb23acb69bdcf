using System.IO.Compression;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>
/// Attention maps that somebody saved: a .npz file with one entry per text, <c>[L, H, T, T]</c> (layers, heads, queries,
/// keys), and optionally a .jsonl file with one <c>{"id": …, "tokens": […]}</c> per line, <c>"tags"</c> where parts of speech
/// are known, and <c>"roles"</c> where the tokens' spelling does not say which are special (<see cref="TokenRole"/>, in small letters).
/// </summary>
public sealed class MapArchive : IAttentionSource
{
    /// <summary>How far from 1 a saved row may sum: room for maps stored with 4 decimals or as float16, none for anything else.</summary>
    public const double RowSumTolerance = 0.02;

    /// <summary>The only entry of a file of mean maps, whose rows are bins and no tokens.</summary>
    internal const string MeanMapsEntry = "maps";

    private const string SaveAgain = "Save the model's attention probabilities again, one [layers, heads, T, T] array per text";
    private readonly string _file;

    private MapArchive(string file, string fingerprint, HeadGrid grid, IReadOnlyList<AttentionText> texts)
    {
        _file = file;
        Fingerprint = fingerprint;
        Grid = grid;
        Texts = texts;
    }

    /// <inheritdoc/>
    public HeadGrid Grid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<AttentionText> Texts { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>Opens an archive. The maps themselves are read, and checked, when they are visited.</summary>
    /// <param name="file">The .npz file.</param>
    /// <param name="tokensFile">The tokens of its texts; without it the first token is taken for [CLS] and the last for [SEP].</param>
    /// <param name="limit">At most this many texts, in the archive's order.</param>
    /// <exception cref="InputException">A file is missing or broken, the tokens do not fit the maps, or the file holds mean maps
    /// (<c>MeanMaps</c>).</exception>
    public static MapArchive Open(string file, string? tokensFile = null, int limit = int.MaxValue) =>
        Npz.Guarded(file, SaveAgain, () => Checked(file, tokensFile, limit));

    private static MapArchive Checked(string file, string? tokensFile, int limit)
    {
        var tokens = tokensFile is null ? null : ReadTokens(tokensFile);
        using var zip = OpenZip(file);
        if (tokens is null && zip.Entries is [var only] && IdOf(only) == MeanMapsEntry)
            throw new InputException(file, $"entry {MeanMapsEntry}", "is of mean maps over many texts, or of a text without an id: "
                + "its rows are not known to be tokens", "Give the maps of texts, such as attn maps writes; name the entry of a single "
                + "text by an id of your own, or give its tokens");
        var texts = new List<AttentionText>();
        var hash = new Fingerprint();
        HeadGrid? grid = null;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries.Take(limit))
        {
            string id = IdOf(entry);
            if (!ids.Add(id)) throw new InputException(file, $"entry {id}", "stands twice in the archive", SaveAgain);
            var shape = ReadShape(file, entry);
            if (shape.Length != 4 || shape[2] != shape[3] || shape.Any(d => d < 1))
                throw new InputException(file, $"entry {id}",
                    $"has shape [{string.Join(", ", shape)}] instead of [layers, heads, T, T]", SaveAgain);
            var here = new HeadGrid(shape[0], shape[1]);
            if (grid is not null && here != grid)
                throw new InputException(file, $"entry {id}", $"has {here} heads where the entries before it have {grid}",
                    "Keep the maps of different models in different files");
            grid = here;
            TextTokens known = default;
            if (tokens is not null && !tokens.TryGetValue(id, out known))
                throw new InputException(tokensFile!, $"id {id}", "is missing", $"Give one line for each entry of {file}");
            var (own, tags, roles) = known;
            if (own is not null && own.Count != shape[2])
                throw new InputException(tokensFile!, $"id {id}", $"has {own.Count} tokens for a map of {shape[2]}",
                    "Save tokens and maps of the same texts, special tokens included");
            if (tags is not null && tags.Count != shape[2])
                throw new InputException(tokensFile!, $"id {id}", $"has {tags.Count} tags for a map of {shape[2]}",
                    "Save one tag per token, null for special tokens");
            if (roles is not null && roles.Count != shape[2])
                throw new InputException(tokensFile!, $"id {id}", $"has {roles.Count} roles for a map of {shape[2]}",
                    "Save one role per token, or none: they are then taken from the tokens' spelling");
            var text = new AttentionText(id, shape[2], own) { Tags = tags };
            texts.Add(roles is null ? text : text with { Roles = roles });
            // the zip's own checksum stands for the map
            hash.Add(id).Add(entry.Length).Add(entry.Crc32).Add(own is null ? "" : string.Join('\n', own));
            if (tags is not null) hash.Add(string.Join('\n', tags));
            if (roles is not null) hash.Add(string.Join('\n', roles));
        }
        if (grid is null) throw new InputException(file, null, "holds no map", SaveAgain);
        return new MapArchive(file, hash.Of(), grid.Value, texts);
    }

    /// <summary>What the model of the maps is called; <see langword="null"/> where nobody said it (<see cref="OfModel"/>).</summary>
    public ModelOrigin? Model { get; private init; }

    /// <summary>The archive with its model's name, which tables that are computed of it keep. Nothing in the file says it.</summary>
    /// <param name="name">What to call the model.</param>
    public MapArchive OfModel(string name) =>
        new(_file, Fingerprint, Grid, Texts) { Model = new ModelOrigin(name, Hash: null, Precision: null) };

    /// <summary>The archive with some of its texts only.</summary>
    /// <param name="texts">Their positions in <see cref="Texts"/>.</param>
    /// <exception cref="InputException">There is no such text.</exception>
    public MapArchive Only(IReadOnlyList<int> texts)
    {
        foreach (int t in texts) TextMaps.CheckIndex(t, Texts.Count);
        var hash = new Fingerprint().Add(Fingerprint);
        foreach (int t in texts) hash.Add(t);
        return new MapArchive(_file, hash.Of(), Grid, [.. texts.Select(t => Texts[t])]) { Model = Model };
    }

    /// <inheritdoc/>
    public TextMaps Maps(int text)
    {
        TextMaps.CheckIndex(text, Texts.Count);
        using var zip = OpenZip(_file);
        return new TextMaps(Texts[text], Grid, Read(zip, text).Maps);
    }

    /// <inheritdoc/>
    public void Visit(IAttentionVisitor visitor,
        VisitOptions? options = null, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var zip = OpenZip(_file);
        VisitLoop.Run(this, visitor, (batch, receive) =>
        {
            var read = batch.Indices.Select(i => Read(zip, i)).ToArray();
            for (int layer = 0; layer < Grid.Layers; layer++)
            {
                batch.RowSums = read.Aggregate(RowSums.None, (sums, r) => sums.Add(r.Sums[layer]));
                using var maps = PaddedMaps.Of(batch, Grid.Heads, (b, size) => read[b].Maps.AsSpan(layer * size, size));
                receive(layer, maps);
            }
        }, options, progress, cancellation: cancellation);
    }

    private (float[] Maps, RowSums[] Sums) Read(ZipArchive zip, int text)
    {
        string id = Texts[text].Id;
        var entry = zip.GetEntry(id + ".npy") ?? zip.GetEntry(id)!;
        return Normalised(Npz.Guarded(_file, SaveAgain, () => NpyArray.Read(entry, _file, $"entry {id}")), id);
    }

    // The weights, and how the rows of each layer summed.
    private (float[] Maps, RowSums[] Sums) Normalised(NpyArray array, string id)
    {
        int n = array.Shape[3], heads = Grid.Heads;
        var result = new float[array.Values.Length];
        var sums = new RowSums[Grid.Layers];
        Array.Fill(sums, RowSums.None with { Rows = heads * n });
        for (int row = 0; row < result.Length / n; row++)
        {
            var from = array.Values.AsSpan(row * n, n);
            string Place() => $"entry {id}, layer {row / n / heads}, head {row / n % heads}, row {row % n}";
            double sum = 0;
            foreach (double a in from)
            {
                if (double.IsNaN(a) || a < 0)
                    throw new InputException(_file, Place(), $"holds {(double.IsNaN(a) ? "NaN" : "a negative weight")}", SaveAgain);
                sum += a;
            }
            if (!(Math.Abs(sum - 1) <= RowSumTolerance))
                throw new InputException(_file, Place(),
                    FormattableString.Invariant($"sums to {sum:0.####} instead of 1"), SaveAgain + ", after softmax and without dropout");
            if (Math.Abs(sum - 1) > RowSums.Exact)
            {
                ref var layer = ref sums[row / n / heads];
                layer = layer with { Off = layer.Off + 1 };
                if (Math.Abs(sum - 1) > Math.Abs(layer.Farthest - 1)) layer = layer with { Farthest = sum, Place = Place() };
            }
            for (int j = 0; j < n; j++) result[row * n + j] = (float)(from[j] / sum);
        }
        return (result, sums);
    }

    private static int[] ReadShape(string file, ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return NpyArray.ReadShape(stream, file, $"entry {IdOf(entry)}");
    }

    private static string IdOf(ZipArchiveEntry entry) =>
        entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;

    private static ZipArchive OpenZip(string file)
    {
        try
        {
            return ZipFile.OpenRead(file);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw e is InvalidDataException
                ? new InputException(file, null, "is not a .npz archive, or is cut off", SaveAgain, e)
                : new InputException(file, null, "cannot be opened", "Check the path", e);
        }
    }

    private static readonly string[] RoleNames = [.. Enum.GetNames<TokenRole>().Select(n => n.ToLowerInvariant())];

    private static TokenRole? RoleOf(string? name) =>
        Array.IndexOf(RoleNames, name) is >= 0 and var at ? Enum.GetValues<TokenRole>()[at] : null;

    private readonly record struct TextTokens(IReadOnlyList<string>? Tokens, IReadOnlyList<string?>? Tags, IReadOnlyList<TokenRole>? Roles);

    private static Dictionary<string, TextTokens> ReadTokens(string file)
    {
        var tokens = new Dictionary<string, TextTokens>();
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            if (text.Trim().Length == 0) continue;
            InputException Bad(string problem, Exception? e = null) =>
                new(file, $"line {line}", problem, "Write one {\"id\": \"…\", \"tokens\": [\"…\", …]} per line", e);
            try
            {
                using var json = JsonDocument.Parse(text);
                string id = json.RootElement.GetProperty("id").GetString() ?? throw Bad("has no id");
                var list = json.RootElement.GetProperty("tokens");
                string[]? own = list.ValueKind == JsonValueKind.Null ? null
                    : [.. list.EnumerateArray().Select(t => t.GetString() ?? throw Bad("has a null token"))];
                string?[]? tags = json.RootElement.TryGetProperty("tags", out var given) && given.ValueKind != JsonValueKind.Null
                    ? [.. given.EnumerateArray().Select(t => t.GetString())] : null;
                TokenRole Known(JsonElement role) => RoleOf(role.GetString())
                    ?? throw Bad($"has the role \"{role}\"; known are {string.Join(", ", RoleNames)}");
                bool hasRoles = json.RootElement.TryGetProperty("roles", out var said) && said.ValueKind != JsonValueKind.Null;
                TokenRole[]? roles = hasRoles ? [.. said.EnumerateArray().Select(Known)] : null;
                if (!tokens.TryAdd(id, new TextTokens(own, tags, roles)))
                    throw Bad($"repeats the id {id}");
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw Bad("is not such a record", e);
            }
        }
        return tokens;
    }
}
