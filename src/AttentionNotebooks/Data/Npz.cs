using System.IO.Compression;

namespace AttentionNotebooks;

/// <summary>Archives of arrays in NumPy's .npz format.</summary>
internal static class Npz
{
    // Fixed, so that the same arrays give the same bytes; the earliest date a zip entry can carry.
    private static readonly DateTimeOffset EntryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes an archive; the file holds it whole or is as it was. Entries are made one after the other, so one array is in memory
    /// at a time.</summary>
    /// <param name="entries">Names (without .npy) and what writes each array, such as
    /// <see cref="NpyArray.Write(Stream, int[], ReadOnlySpan{float})"/>.</param>
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

    /// <summary>Reads all arrays of an archive, in its order.</summary>
    /// <param name="remedy">What to do when it is broken, for the error.</param>
    /// <returns>Names (without .npy) and arrays.</returns>
    /// <exception cref="InputException">It is missing, is no such archive, or an entry is broken.</exception>
    public static IReadOnlyList<(string Name, NpyArray Array)> Read(string file, string remedy)
    {
        return Guarded<IReadOnlyList<(string, NpyArray)>>(file, remedy, () =>
        {
            using var zip = ZipFile.OpenRead(file);
            return [.. zip.Entries.Select(entry =>
            {
                string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                return (name, NpyArray.Read(entry, file, $"entry {name}"));
            })];
        });
    }

    /// <summary>Reads in an archive; whatever a zip reader meets in broken bytes becomes one error.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="remedy">What to do when it is broken, for the error.</param>
    /// <exception cref="InputException">The archive is missing, is not an archive, or is broken.</exception>
    internal static T Guarded<T>(string file, string remedy, Func<T> read)
    {
        try { return read(); }
        catch (InvalidDataException e) { throw new InputException(file, null, "is not a .npz archive, or is cut off", remedy, e); }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException
            or UnauthorizedAccessException)
        { throw new InputException(file, null, "cannot be opened", "Check the path", e); }
        catch (Exception e) when (e is IOException or NotSupportedException or ArgumentException
            or OverflowException)
        { throw new InputException(file, null, "is damaged, or cannot be read", remedy, e); }
    }
}
