using System.IO.Compression;

namespace AttentionNotebooks;

/// <summary>The zip layout: <c>NAME/data.pkl</c> and <c>NAME/data/KEY</c> for each storage, all uncompressed.</summary>
internal sealed class TorchZip : ITorchContainer
{
    private const string Again = "Copy or download the file again", PickleName = "data.pkl";

    private readonly string path;
    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> storages;

    private TorchZip(string path, ZipArchive archive, object? root, Dictionary<string, ZipArchiveEntry> storages)
    {
        this.path = path;
        this.archive = archive;
        this.storages = storages;
        Root = root;
    }

    /// <inheritdoc/>
    public object? Root { get; }

    /// <summary>Opens the archive; disposing the result closes <paramref name="stream"/>.</summary>
    public static TorchZip Open(string path, Stream stream)
    {
        try
        {
            var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
            foreach (var entry in archive.Entries)
            {
                if (!entries.TryAdd(entry.FullName, entry))
                    throw new InputException(path, $"entry {entry.FullName}", "stands twice in the archive", Again);
            }
            var pickles = entries.Keys.Where(n => n == PickleName
                || (n.EndsWith("/" + PickleName, StringComparison.Ordinal) && n.Count(c => c == '/') == 1)).ToList();
            if (pickles.Count != 1)
                throw new InputException(path, null,
                    $"holds {pickles.Count} entries {PickleName} instead of one, so it is no file of torch.save",
                        "Take pytorch_model.bin as the hub has it");
            string prefix = pickles[0][..^PickleName.Length];
            if (entries.TryGetValue(prefix + "byteorder", out var order)) CheckByteOrder(path, order);
            var objects = new TorchObjects();
            object? root;
            using (var pickle = Plain(path, entries[pickles[0]]).Open()) root =
                new Unpickler(new PickleInput(path, PickleName, pickle), objects).Read();
            var storages = new Dictionary<string, ZipArchiveEntry>();
            foreach (var (key, storage) in objects.Storages)
            {
                string place = $"storage {key}";
                if (!entries.TryGetValue($"{prefix}data/{key}", out var entry))
                    throw new InputException(path, place, "is not in the archive", Again);
                if (Plain(path, entry).Length != (Int128)storage.Count * storage.ElementBytes)
                    throw new InputException(path, place,
                        $"has {entry.Length} bytes, but {storage.Count} elements of {storage.Type} are described", Again);
                storages.Add(key, entry);
            }
            return new TorchZip(path, archive, root, storages);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            throw new InputException(path, null, $"is a damaged archive ({e.Message.TrimEnd('.')})", Again, e);
        }
    }

    /// <inheritdoc/>
    public void Fill(TorchStorage storage, long offset, Span<byte> target)
    {
        try
        {
            using var stream = storages[storage.Key].Open();
            Skip(stream, offset);
            stream.ReadExactly(target);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InputException(path, $"storage {storage.Key}", $"cannot be read ({e.Message.TrimEnd('.')})", Again, e);
        }
    }

    /// <summary>Closes the archive and its file.</summary>
    public void Dispose() => archive.Dispose();

    // torch.save never compresses. Where nothing is compressed, nothing can unpack to more than the file's own size.
    private static ZipArchiveEntry Plain(string path, ZipArchiveEntry entry) => entry.Length == entry.CompressedLength
        ? entry
        : throw new InputException(path, $"entry {entry.FullName}",
            $"is compressed ({entry.CompressedLength} bytes for {entry.Length}), which torch.save never does",
                "Take the file as torch.save wrote it");

    private static void CheckByteOrder(string path, ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(Plain(path, entry).Open());
        var text = new char[8];
        if (new string(text, 0, reader.ReadBlock(text)).TrimEnd() != "little")
            throw new InputException(path, "byteorder", "is not \"little\"", "Save the weights on a little-endian machine");
    }

    private static void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Seek(bytes, SeekOrigin.Current);
            return;
        }
        var scratch = new byte[1 << 16];
        while (bytes > 0)
        {
            int read = stream.Read(scratch, 0, (int)Math.Min(bytes, scratch.Length));
            if (read == 0) throw new EndOfStreamException("the entry ends early");
            bytes -= read;
        }
    }
}
