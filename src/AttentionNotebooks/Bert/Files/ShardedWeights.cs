using System.Text.Json;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Weights in several files beside an index, whose <c>weight_map</c> says which file holds which tensor.</summary>
internal sealed class ShardedWeights : IWeightFile
{
    private const string MapKey = "weight_map", Again = "Copy or download the index and its shards again";
    private const int MostShards = 1000;

    private readonly Dictionary<string, IWeightFile> shards;
    private readonly Dictionary<string, string> map;

    private ShardedWeights(string path, Dictionary<string, string> map, Dictionary<string, IWeightFile> shards)
    {
        Path = path;
        this.map = map;
        this.shards = shards;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IEnumerable<string> Keys => map.Keys;

    /// <summary>Opens the index and every shard that it names.</summary>
    /// <param name="path">The index.</param>
    /// <returns>The weights; the caller disposes them.</returns>
    /// <exception cref="InputException">The index is damaged, names a file outside its folder, or a shard lacks what the index
    /// promises.</exception>
    public static ShardedWeights Open(string path)
    {
        var map = ReadMap(path);
        var shards = new Dictionary<string, IWeightFile>();
        try
        {
            string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
            foreach (string name in map.Values.Distinct().Order(StringComparer.Ordinal))
            {
                string shard = System.IO.Path.Combine(folder, name);
                if (!File.Exists(shard))
                    throw new InputException(path, MapKey, $"names the shard {name}, which is not in the folder",
                        "Download the missing shard too");
                shards.Add(name, WeightFolder.OpenFile(shard));
            }
            foreach (var group in map.GroupBy(m => m.Value))
            {
                var held = shards[group.Key].Keys.ToHashSet();
                string? missing = group.Select(m => m.Key).FirstOrDefault(k => !held.Contains(k));
                if (missing is not null)
                    throw new InputException(path, $"{MapKey}, {missing}", $"the shard {group.Key} does not hold this tensor", Again);
            }
            return new ShardedWeights(path, map, shards);
        }
        catch
        {
            foreach (var shard in shards.Values) shard.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> ShapeOf(string key) => shards[map[key]].ShapeOf(key);

    /// <inheritdoc/>
    public string FileOf(string key) => shards[map[key]].Path;

    /// <inheritdoc/>
    public Tensor Read(string key) => shards[map[key]].Read(key);

    /// <summary>Closes every shard.</summary>
    public void Dispose()
    {
        foreach (var shard in shards.Values) shard.Dispose();
    }

    private static Dictionary<string, string> ReadMap(string path)
    {
        using var json = JsonFile.Read(path);
        if (!json.RootElement.TryGetProperty(MapKey, out var list) || list.ValueKind != JsonValueKind.Object)
            throw new InputException(path, MapKey, "is missing or no object", Again);
        var map = new Dictionary<string, string>();
        foreach (var entry in list.EnumerateObject())
        {
            string place = $"{MapKey}, {entry.Name}";
            if (entry.Value.ValueKind != JsonValueKind.String) throw new InputException(path, place, "does not name a file", Again);
            string name = entry.Value.GetString()!;
            // Both separators are refused on every system, so that an index means the same everywhere.
            if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', ':')
                || name.Contains('\0', StringComparison.Ordinal))
                throw new InputException(path, place, $"names \"{name}\", which is no file in the index's own folder",
                    "Shards lie beside their index; do not use this checkpoint unless you know why it points elsewhere");
            map.Add(entry.Name, name);
        }
        if (map.Count == 0) throw new InputException(path, MapKey, "is empty", Again);
        if (map.Values.Distinct().Count() is var count and > MostShards)
            throw new InputException(path, MapKey, $"names {count} files", $"At most {MostShards} shards are read");
        return map;
    }
}
