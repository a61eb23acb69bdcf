using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>Which files of a repository make a model: its settings, its tokenizer, its weights in one format.</summary>
internal static class FileChoice
{
    private const string Config = "config.json";
    private static readonly string[] Small =
        [Config, "vocab.txt", "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "special_tokens_map.json"];

    // In the order of preference: safetensors can be read without trusting anybody.
    private static readonly string[] Weights =
        ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    /// <summary>The files to fetch first; the last one is the weights or their index.</summary>
    /// <exception cref="InputException">The repository is no transformers model, or has no weights in a format that can be
    /// read.</exception>
    public static IReadOnlyList<HubFile> First(HubListing listing)
    {
        if (!listing.Files.ContainsKey(Config))
            throw new InputException(listing.Repository, null, $"has no {Config}, so it is no model in Hugging Face's layout",
                "Choose a repository of a BERT, such as google-bert/bert-base-uncased");
        string weights = Weights.FirstOrDefault(listing.Files.ContainsKey)
            ?? throw new InputException(listing.Repository, null,
                "has no weights that can be read (model.safetensors or pytorch_model.bin, whole or in shards)",
                    "Choose a repository or a --revision that has them");
        return [.. Small.Append(weights).Where(listing.Files.ContainsKey).Select(n => listing.Files[n])];
    }

    /// <summary>Whether the weights are an index whose shards must be fetched too.</summary>
    public static bool IsIndex(HubFile weights) => weights.Name.EndsWith(".index.json", StringComparison.Ordinal);

    /// <summary>The shards that an index names.</summary>
    /// <param name="listing">The repository.</param>
    /// <param name="index">The index's name.</param>
    /// <param name="path">The index on disk.</param>
    /// <exception cref="InputException">The index is damaged, names files that are not there, or names that lead outside the
    /// folder.</exception>
    public static IReadOnlyList<HubFile> Shards(HubListing listing, string index, string path)
    {
        string extension = index.StartsWith("model.safetensors", StringComparison.Ordinal) ? ".safetensors" : ".bin";
        using var json = JsonFile.Read(path);
        if (!json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object
            || map.EnumerateObject().Any(p => p.Value.ValueKind != JsonValueKind.String))
            throw new InputException(listing.Repository, index, "has no weight_map from tensors to shards",
                "Choose a --revision whose index is whole");
        // Two names that differ in case alone are one file on some systems.
        var names = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in map.EnumerateObject().Select(p => p.Value.GetString()!).Distinct())
        {
            HubName.CheckWritten(listing.Repository, name);
            if (!name.EndsWith(extension, StringComparison.Ordinal) || !names.Add(name))
                throw new InputException(listing.Repository, index, $"names {name}, which cannot be a shard of these weights",
                    "Choose a --revision whose index is whole");
            if (!listing.Files.ContainsKey(name))
                throw new InputException(listing.Repository, index, $"names the shard {name}, which the repository does not have",
                    "Choose a --revision whose weights are whole");
        }
        if (names.Count == 0)
            throw new InputException(listing.Repository, index, "names no shards", "Choose a --revision whose index is whole");
        return [.. names.Select(n => listing.Files[n])];
    }
}
