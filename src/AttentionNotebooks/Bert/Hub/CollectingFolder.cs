namespace AttentionNotebooks;

/// <summary>
/// The folder beside the final one that a download is collected in: kept for the next run until all is there, then
/// renamed. One process at a time works in it.
/// </summary>
internal sealed class CollectingFolder : IDisposable
{
    private const string LockName = "lock";
    private readonly string _final;
    private readonly FileStream _lock;

    private CollectingFolder(string final, string path, FileStream held) => (_final, Path, _lock) = (final, path, held);

    /// <summary>Where the files are collected.</summary>
    public string Path { get; }

    /// <summary>Where the files of a download into <paramref name="final"/> are collected.</summary>
    public static string PathFor(string final) => final + ".download";

    /// <summary>Creates the folder, or takes what an earlier run left.</summary>
    /// <exception cref="InputException">Another process is at work in it.</exception>
    /// <exception cref="IOException">It cannot be created or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be created or written.</exception>
    public static CollectingFolder Open(string final)
    {
        string path = PathFor(final);
        Directory.CreateDirectory(path);
        string locked = System.IO.Path.Combine(path, LockName);
        try
        {
            return new CollectingFolder(final, path,
                new FileStream(locked, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
        }
        catch (IOException e) when (File.Exists(locked))
        {
            throw new InputException(path, null, "is in use by another download", "Wait for it to end, or choose another --out", e);
        }
    }

    /// <summary>Bytes of a file's whole or begun copy.</summary>
    public long BytesOf(string file) => new[] { file, file + ".part" }.Select(n => new FileInfo(System.IO.Path.Combine(Path, n)))
        .Where(f => f.Exists).Sum(f => f.Length);

    /// <summary>Removes what is not among <paramref name="files"/> (another commit may have had others) and gives the folder its final
    /// name.</summary>
    /// <exception cref="IOException">The final name is taken, or the folder cannot be written.</exception>
    public void Finish(IEnumerable<string> files)
    {
        var wanted = files.ToHashSet(StringComparer.Ordinal);
        foreach (string stray in Directory.GetFiles(Path)
            .Where(f => System.IO.Path.GetFileName(f) is var n && n != LockName && !wanted.Contains(n))) File.Delete(stray);
        _lock.Dispose();
        // An empty folder that the user made is no obstacle; a full one fails here.
        if (Directory.Exists(_final)) Directory.Delete(_final);
        Directory.Move(Path, _final);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
