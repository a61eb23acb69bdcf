using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace AttentionNotebooks.Fuzz;

/// <summary>Changes inside the containers: a header's text with its length put right, an archive's entries, an archive's claims.</summary>
internal static class BinaryMutation
{
    private static readonly Lazy<byte[]> Bomb =
        new(() => Archive([("archive/data.pkl", new byte[1 << 26]), ("a.npy", [0x93, .. "NUMPY"u8, 1, 0, 0, 0, .. new byte[1 << 26]])],
            CompressionLevel.Optimal));

    /// <summary>A name that an entry may claim, outside of every case's folder.</summary>
    public static string Outside { get; } = Path.Combine(Path.GetTempPath(), "attention-notebooks-outside.npy");

    private static readonly string[] Names =
        ["../../evil.npy", Outside, "..\\evil.npy", "a.npy", "archive/data.pkl", "C:evil.npy", "\0.npy", "x/"];

    private static readonly string[] Calls =
        ["cos\nsystem\n(X\u0008\0\0\0touch xytR", "cbuiltins\neval\n(X\u0003\0\0\01+1tR", "(X\u0008\0\0\0touch xyios\nsystem\n",
            "c__main__\nA\n)\u0081", "\u0080\u0002cposix\nsystem\n\u0085R", "cnt\nsystem\n(tR", "((((((((", "]\u0094h\0a", "}\u0094h\0h\0s",
                "2222", "\u008b\u00ff\u00ff\u00ff\u007f", "B\u00ff\u00ff\u00ff\u00ff"];

    public static byte[] Safetensors(Random random, byte[] bytes)
    {
        if (bytes.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(bytes) is not (>= 0 and var length) || length > bytes.Length - 8)
            return Mutation.Bytes(random, bytes);
        byte[] header = JsonMutation.Mutate(random, bytes[8..(8 + (int)length)]);
        if (random.Next(3) == 0) header = Encoding.Latin1.GetBytes(Mutation.ReplaceNumber(random, Encoding.Latin1.GetString(header)));
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. bytes[(8 + (int)length)..]];
    }

    /// <summary>The text of a .npy header with a number changed, its length put right.</summary>
    public static byte[] Npy(Random random, byte[] bytes)
    {
        int length = bytes.Length < 10 ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        if (length > bytes.Length - 10) return Mutation.Bytes(random, bytes);
        string header = Encoding.Latin1.GetString(bytes, 10, length);
        header = random.Next(6) switch
        {
            0 => header.Replace("<f", random.Next(2) == 0 ? ">f" : "|O", StringComparison.Ordinal),
            1 => header.Replace("False", "True", StringComparison.Ordinal),
            2 => header.Replace(", ", " ", StringComparison.Ordinal),
            3 => header.Replace("(", "(" + new string('1', 1 << random.Next(12)), StringComparison.Ordinal),
            4 => header.Replace("(", "(999999999, 999999999, ", StringComparison.Ordinal),
            _ => Mutation.ReplaceNumber(random, header),
        };
        byte[] values = bytes[(10 + length)..];
        if (values.Length >= 8 && random.Next(4) == 0)
            BitConverter.GetBytes(random.Next(2) == 0 ? float.NaN : float.PositiveInfinity).CopyTo(values, 0);
        return [.. bytes[..8], (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), .. values];
    }

    private static readonly string[] Operators = ["MatMul", "Add", "Mul", "Div", "Sub", "Gather", "Reshape", "Transpose", "Softmax", "Cast",
        "Shape", "Erf", "Range", "Constant", "Identity", "LayerNormalization"];

    /// <summary>An operator turned into another, or a value into another, with the lengths left as they are; or raw bytes.</summary>
    public static byte[] Onnx(Random random, byte[] bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        switch (random.Next(3))
        {
            case 0:
                string from = Operators[random.Next(Operators.Length)];
                string[] same = [.. Operators.Where(o => o.Length == from.Length)];
                return Replaced(from, same[random.Next(same.Length)]);
            case 1: return Replaced($"v{random.Next(10, 100)}", $"v{random.Next(10, 100)}");
            default: return Mutation.Bytes(random, bytes);
        }
        byte[] Replaced(string old, string other)
        {
            int at = text.IndexOf(old, random.Next(text.Length), StringComparison.Ordinal);
            return at < 0 ? Mutation.Bytes(random, bytes) : Encoding.Latin1.GetBytes(text[..at] + other + text[(at + old.Length)..]);
        }
    }

    public static byte[] Pickle(Random random, byte[] bytes)
    {
        byte[] call = Encoding.Latin1.GetBytes(Calls[random.Next(Calls.Length)]);
        int at = random.Next(bytes.Length + 1);
        return random.Next(3) > 0 ? [.. bytes[..at], .. call, .. bytes[at..]] : Mutation.Bytes(random, bytes);
    }

    /// <summary>An archive with an entry changed by <paramref name="change"/>, or its entries moved, renamed, doubled, compressed, or its
    /// claims changed.</summary>
    public static byte[] Zip(Random random, byte[] bytes, Func<Random, byte[], byte[]> change)
    {
        if (random.Next(400) == 0) return Bomb.Value;
        if (random.Next(5) == 0) return Claims(random, bytes);
        List<(string Name, byte[] Data)> entries;
        try
        {
            using var zip = new ZipArchive(new MemoryStream(bytes));
            entries = [.. zip.Entries.Where(e => e.Length < 1 << 20 && e.FullName.Length > 0).Select(e => (e.FullName, All(e)))];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException
            or OverflowException)
        { return change(random, bytes); }
        if (entries.Count == 0) return Mutation.Bytes(random, bytes);
        int at = random.Next(entries.Count);
        switch (random.Next(8))
        {
            case 0: entries[at] = (Names[random.Next(Names.Length)], entries[at].Data); break;
            case 1: entries.Add(entries[at]); break;
            case 2: entries.Reverse(); break;
            case 3: entries.RemoveAt(at); break;
            default: entries[at] = (entries[at].Name, change(random, entries[at].Data)); break;
        }
        return Archive(entries, random.Next(6) == 0 ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
    }

    // The sizes, offsets and methods that the central directory claims.
    private static byte[] Claims(Random random, byte[] bytes)
    {
        int at = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        if (at < 0 || at + 46 > bytes.Length) return Mutation.Bytes(random, bytes);
        byte[] copy = [.. bytes];
        int field = new[] { 10, 16, 20, 24, 28, 30, 42 }[random.Next(7)];
        BitConverter.GetBytes(random.Next(2) == 0 ? random.Next(1 << random.Next(1, 31)) : -1)[..(field is 10 or 28 or 30 ? 2 : 4)]
            .CopyTo(copy, at + field);
        if (field == 24 && random.Next(2) == 0) copy.AsSpan(at + 24, 4).CopyTo(copy.AsSpan(at + 20));
        return copy;
    }

    private static byte[] All(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    public static byte[] Archive(IEnumerable<(string Name, byte[] Data)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, data) in entries)
            {
                using var open = zip.CreateEntry(name, level).Open();
                open.Write(data);
            }
        }
        return stream.ToArray();
    }
}
