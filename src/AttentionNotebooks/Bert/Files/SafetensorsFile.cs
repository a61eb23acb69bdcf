using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A safetensors file open for reading. The header is checked in full when the file is opened; a tensor's bytes are
/// read when it is asked for. Nothing in the file is ever executed.
/// </summary>
/// <remarks>Format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes without holes
/// (https://github.com/huggingface/safetensors, "Format").</remarks>
internal sealed class SafetensorsFile : IWeightFile
{
    private const long MostHeaderBytes = 100_000_000; // the format's own limit
    private const string Again = "Copy or download the file again";

    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly Dictionary<string, SafetensorsEntry> entries;

    private SafetensorsFile(string path, SafeFileHandle handle, long dataStart, Dictionary<string, SafetensorsEntry> entries,
        IReadOnlyDictionary<string, string> metadata)
    {
        Path = path;
        this.handle = handle;
        this.dataStart = dataStart;
        this.entries = entries;
        Metadata = metadata;
    }

    /// <summary>The file's path as it was given.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

    /// <summary>The header's free texts (<c>__metadata__</c>).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    IEnumerable<string> IWeightFile.Keys => entries.Keys;

    IReadOnlyList<long> IWeightFile.ShapeOf(string key) => entries[key].Shape;

    string IWeightFile.FileOf(string key) => Path;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="InputException">The file cannot be read, is cut off, or its header contradicts itself or the file.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})", "Check the path", e);
        }
        try
        {
            long length = RandomAccess.GetLength(handle);
            byte[] prefix = new byte[8];
            if (length < 8 || !Fill(handle, prefix, 0)) throw new InputException(path, "byte 0", "ends before the header's length", Again);
            ulong header = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (header > MostHeaderBytes)
                throw new InputException(path, "byte 0", $"claims a header of {header} bytes",
                    $"This is not a safetensors file, or it is damaged. {Again}");
            if (8 + (long)header > length)
                throw new InputException(path, "byte 0", $"claims a header of {header} bytes, but the file has {length}", Again);
            byte[] text = new byte[(int)header];
            if (!Fill(handle, text, 8)) throw new InputException(path, "byte 8", "the header is cut off", Again);
            long start = 8 + (long)header;
            var (entries, metadata) = SafetensorsHeader.Parse(path, text, length - start);
            return new SafetensorsFile(path, handle, start, entries, metadata);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor onto the CPU in the type that the file holds.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>A new tensor of the entry's shape; the caller owns it.</returns>
    /// <exception cref="InputException">There is no such tensor, its type cannot be held, or the file shrank meanwhile.</exception>
    public Tensor Read(string name)
    {
        var entry = Entry(name);
        var type = entry.TorchType ?? throw new InputException(Path, $"tensor {name}", $"holds {entry.Type}, which is not read here",
            "Convert it to F32, F16 or BF16");
        if (entry.End - entry.Begin > int.MaxValue)
            throw new InputException(Path, $"tensor {name}", "is larger than 2 GiB", "Take a smaller model");
        var tensor = empty([.. entry.Shape], type, CPU);
        if (entry.End > entry.Begin && !Fill(handle, tensor.bytes, dataStart + entry.Begin))
        {
            tensor.Dispose();
            throw new InputException(Path, $"tensor {name}", "the file ends inside it", Again);
        }
        return tensor;
    }

    /// <summary>Reads one floating-point tensor into plain numbers, without libtorch.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The elements in row-major order.</returns>
    /// <exception cref="InputException">There is no such tensor, it is not F32, F16, BF16 or F64, or the file shrank meanwhile.</exception>
    public float[] ReadSingles(string name)
    {
        var entry = Entry(name);
        if (entry.Type is not ("F32" or "F16" or "BF16" or "F64"))
            throw new InputException(Path, $"tensor {name}", $"holds {entry.Type}, not numbers with a fraction",
                "Only F32, F16, BF16 and F64 can be read so");
        if (entry.End - entry.Begin > int.MaxValue)
            throw new InputException(Path, $"tensor {name}", "is larger than 2 GiB", "Take a smaller model");
        byte[] bytes = new byte[entry.End - entry.Begin];
        if (!Fill(handle, bytes, dataStart + entry.Begin))
            throw new InputException(Path, $"tensor {name}", "the file ends inside it", Again);
        var values = new float[bytes.Length / entry.ElementBytes];
        for (int i = 0; i < values.Length; i++)
        {
            var at = bytes.AsSpan(i * entry.ElementBytes);
            values[i] = entry.Type switch
            {
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(at),
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
                "F64" => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16), // BF16 is F32's upper half
            };
        }
        return values;
    }

    /// <summary>Writes tensors to a file; the final name only ever holds the whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Names and tensors, on any device, in any of the types that can be read back.</param>
    /// <param name="metadata">Free texts for the header.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or a type has no name in the format.</exception>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        // widest first keeps every tensor aligned
        var list = tensors.OrderByDescending(t => t.Value.element_size()).ThenBy(t => t.Key, StringComparer.Ordinal).ToList();
        byte[] header = SafetensorsHeader.Build(list, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, tensor) in list)
            {
                using var scope = NewDisposeScope();
                var plain = tensor.detach().cpu().contiguous();
                if (plain.numel() > 0) stream.Write(plain.bytes);
            }
        });
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();

    private SafetensorsEntry Entry(string name) =>
        entries.TryGetValue(name, out var entry) ? entry
        : throw new InputException(Path, $"tensor {name}", "is not in the file", "Check the name; Entries lists what is there");

    /// <summary>Reads from a place of a file until the target is full; false where the file ends before.</summary>
    internal static bool Fill(SafeFileHandle handle, Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(handle, target, offset);
            if (read == 0) return false;
            target = target[read..];
            offset += read;
        }
        return true;
    }
}
