using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>A file of a repository, as the hub lists it.</summary>
/// <param name="Name">Its path in the repository.</param>
/// <param name="Size">Its length in bytes, where listed.</param>
/// <param name="Checksum">Its hash, where listed.</param>
internal sealed record HubFile(string Name, long? Size, Checksum? Checksum);

/// <summary>What the hub says of a repository at one revision.</summary>
/// <param name="Repository">Its name today; a renamed repository answers under its new one.</param>
/// <param name="Commit">The commit that the revision is now; everything else is fetched by it.</param>
/// <param name="Files">All its files by path.</param>
internal sealed record HubListing(string Repository, string Commit, IReadOnlyDictionary<string, HubFile> Files)
{
    /// <summary>Reads the API's answer.</summary>
    /// <exception cref="InputException">It is not what the hub answers, or names files that lead outside the folder.</exception>
    public static HubListing Parse(string asked, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            string repository = Text(root, "id") ?? throw new JsonException("no id"), commit = Text(root, "sha")
                ?? throw new JsonException("no sha");
            if (!HubName.IsCommit(commit)) throw new JsonException("sha is no commit");
            HubName.CheckRepository(repository);
            var files = new Dictionary<string, HubFile>();
            foreach (var sibling in root.GetProperty("siblings").EnumerateArray())
            {
                string name = Text(sibling, "rfilename") ?? throw new JsonException("a file has no rfilename");
                HubName.CheckListed(repository, name);
                files[name] = File(name, sibling);
            }
            return new HubListing(repository, commit, files);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException(asked, null, "got an answer that is not the hub's",
                "Check HF_ENDPOINT, and whether a proxy or a log-in page stands between", e);
        }
    }

    private static HubFile File(string name, JsonElement sibling)
    {
        if (sibling.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object)
            return new HubFile(name, Length(lfs) ?? Length(sibling), AttentionNotebooks.Checksum.Parse(Text(lfs, "sha256")));
        return new HubFile(name, Length(sibling), AttentionNotebooks.Checksum.Parse(Text(sibling, "blobId")));
    }

    private static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var v)
        && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    private static long? Length(JsonElement from) => from.TryGetProperty("size", out var v) && v.ValueKind == JsonValueKind.Number
        && v.TryGetInt64(out long n) && n >= 0 ? n : null;
}
