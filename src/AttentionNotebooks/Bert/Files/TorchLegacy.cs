using System.Buffers.Binary;
using System.Numerics;

namespace AttentionNotebooks;

/// <summary>
/// The layout before PyTorch 1.6: five pickles (a magic number, the format's version, the machine's sizes, the tensors,
/// the storages' keys), then each storage as its count of elements and its bytes.
/// </summary>
internal sealed class TorchLegacy : ITorchContainer
{
    private const string Again = "Copy or download the file again";
    private const long Version = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", System.Globalization.NumberStyles.HexNumber, null);

    private readonly string path;
    private readonly FileStream stream;
    private readonly Dictionary<string, long> starts;

    private TorchLegacy(string path, FileStream stream, object? root, Dictionary<string, long> starts)
    {
        this.path = path;
        this.stream = stream;
        this.starts = starts;
        Root = root;
    }

    /// <inheritdoc/>
    public object? Root { get; }

    /// <summary>Reads the pickles and finds the storages; disposing the result closes <paramref name="stream"/>.</summary>
    public static TorchLegacy Open(string path, FileStream stream)
    {
        var objects = new TorchObjects();
        object? Next(string part) => new Unpickler(new PickleInput(path, part, stream), objects).Read();
        if (Next("magic number") is not BigInteger magic || magic != Magic)
            throw new InputException(path, "byte 0", "is a pickle, but none of torch.save", "Take pytorch_model.bin as the hub has it");
        if (Next("version") is not Version)
            throw new InputException(path, "version", $"is not {Version}", "Save the weights again with a newer PyTorch");
        if (Next("system") is PickleDict system && system.Items.TryGetValue("little_endian", out object? little) && little is false)
            throw new InputException(path, "system", "the numbers are big-endian", "Save the weights on a little-endian machine");
        object? root = Next("tensors");
        if (Next("storages") is not List<object?> keys) throw new InputException(path, "storages", "are not listed", Again);
        return new TorchLegacy(path, stream, root, FindStorages(path, stream, objects, keys));
    }

    /// <inheritdoc/>
    public void Fill(TorchStorage storage, long offset, Span<byte> target)
    {
        try
        {
            stream.Position = starts[storage.Key] + offset;
            stream.ReadExactly(target);
        }
        catch (IOException e)
        {
            throw new InputException(path, $"storage {storage.Key}", $"cannot be read ({e.Message.TrimEnd('.')})", Again, e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private static Dictionary<string, long> FindStorages(string path, FileStream stream, TorchObjects objects, List<object?> keys)
    {
        var starts = new Dictionary<string, long>();
        var count = new byte[8];
        foreach (object? item in keys)
        {
            if (item is not string key || !objects.Storages.TryGetValue(key, out var storage) || starts.ContainsKey(key))
                throw new InputException(path, "storages", $"{(item is string name ? name : "a key")} belongs to no tensor or stands twice",
                    Again);
            string place = $"storage {key}";
            if (stream.ReadAtLeast(count, 8, throwOnEndOfStream: false) < 8)
                throw new InputException(path, place, "the file ends before it", Again);
            long elements = BinaryPrimitives.ReadInt64LittleEndian(count), bytes = storage.Count * storage.ElementBytes;
            if (elements != storage.Count)
                throw new InputException(path, place, $"has {elements} elements, but {storage.Count} are described", Again);
            starts.Add(key, stream.Position);
            if (elements > stream.Length / storage.ElementBytes || stream.Position + bytes > stream.Length)
                throw new InputException(path, place, "the file ends inside it", Again);
            stream.Position += bytes;
        }
        string? missing = objects.Storages.Keys.FirstOrDefault(k => !starts.ContainsKey(k));
        return missing is null ? starts : throw new InputException(path, $"storage {missing}", "is not in the file", Again);
    }
}
