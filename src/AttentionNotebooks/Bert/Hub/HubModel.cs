namespace AttentionNotebooks;

/// <summary>A model of the hub in a folder: what to cite.</summary>
/// <param name="Repository">The repository's full name.</param>
/// <param name="Asked">The name it was asked for by; the hub keeps old names of renamed repositories.</param>
/// <param name="Revision">The revision asked for.</param>
/// <param name="Commit">The commit that the revision was.</param>
/// <param name="Files">The files, by name.</param>
public sealed record HubModel(string Folder, string Repository, string Asked, string Revision, string Commit,
    IReadOnlyList<HubModelFile> Files)
{
    /// <summary>Whether this run fetched it; otherwise the folder was there and its files were verified.</summary>
    public bool Fetched { get; init; }

    /// <summary>The size of all files, in bytes.</summary>
    public long Bytes => Files.Sum(f => f.Size);
}

/// <summary>A file of a <see cref="HubModel"/>.</summary>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">The SHA-256 of its bytes, in lower-case hexadecimal digits.</param>
public sealed record HubModelFile(string Name, long Size, string Sha256);
