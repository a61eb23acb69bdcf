using System.IO.Compression;

namespace AttentionNotebooks.Data;

/// <summary>Archives of arrays in NumPy's .npz format.</summary>
public static class Npz
{
    // Fixed, so that the same arrays give the same bytes; the earliest date a zip entry can carry.
    private static readonly DateTimeOffset EntryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes an archive; the file holds it whole or is as it was. Entries are made one after the other, so one array is in memory at a time.</summary>
    /// <param name="file">The file.</param>
    /// <param name="entries">Names (without .npy) and what writes each array, such as <see cref="NpyArray.Write(Stream, int[], ReadOnlySpan{float})"/>.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string file, IEnumerable<(string Name, Action<Stream> Write)> entries) => AtomicFile.Write(file, stream =>
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, write) in entries)
        {
            // Stored, not compressed: float weights hardly shrink, and a stored entry can be mapped into memory.
            var entry = zip.CreateEntry($"{name}.npy", CompressionLevel.NoCompression);
            entry.LastWriteTime = EntryTime;
            using var open = entry.Open();
            write(open);
        }
    });
}
