using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AttentionNotebooks;

/// <summary>An array in NumPy's .npy format (NumPy Enhancement Proposal 1), floating point, little-endian, C order.</summary>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">Its values, the last dimension fastest.</param>
internal sealed partial record NpyArray(int[] Shape, double[] Values)
{
    private const int MaxHeader = 65_536;
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads an array.</summary>
    /// <param name="stream">The .npy bytes.</param>
    /// <param name="source">The file, for errors.</param>
    /// <param name="place">The entry in it, for errors.</param>
    /// <param name="bytes">How many bytes the stream holds, so that a lying header is found before anything is allocated.</param>
    /// <exception cref="InputException">It is not such an array, or is cut off.</exception>
    public static NpyArray Read(Stream stream, string source, string place, long bytes)
    {
        InputException Bad(string problem) => Broken(source, place, problem);
        try
        {
            var (width, shape, read) = ReadHeader(stream, Bad);
            long count = 1;
            foreach (int d in shape) count = checked(count * d);
            if (checked(read + count * width) != bytes)
                throw Bad($"holds {bytes - read} bytes of data where its shape needs {count * width}");
            if (count * width > Array.MaxLength) throw Bad("is larger than 2 GiB");
            var data = new byte[count * width];
            stream.ReadExactly(data);
            return new NpyArray(shape, Decode(data, width));
        }
        catch (EndOfStreamException) { throw Bad("is cut off"); }
        catch (InvalidDataException) { throw Bad("is damaged (its compressed data do not unpack)"); }
        catch (OverflowException) { throw Bad("claims a shape too large to exist"); }
    }

    /// <summary>Reads an array that is an entry of an archive.</summary>
    /// <param name="source">The file, for errors.</param>
    /// <param name="place">The entry, for errors.</param>
    /// <exception cref="InputException">It is not such an array, is cut off, or claims to unpack to more than it can.</exception>
    internal static NpyArray Read(System.IO.Compression.ZipArchiveEntry entry, string source, string place)
    {
        // Deflate makes at most 1032 bytes out of one; what claims more would take memory that its data never fill.
        if (entry.Length > 1032 * (entry.CompressedLength + 1))
            throw Broken(source, place, $"claims {entry.Length} bytes, more than its {entry.CompressedLength} compressed bytes unpack to");
        using var stream = entry.Open();
        return Read(stream, source, place, entry.Length);
    }

    /// <summary>Reads an array's shape and leaves its data alone.</summary>
    /// <param name="stream">The .npy bytes.</param>
    /// <param name="source">The file, for errors.</param>
    /// <param name="place">The entry in it, for errors.</param>
    /// <exception cref="InputException">It is not such an array.</exception>
    public static int[] ReadShape(Stream stream, string source, string place)
    {
        try { return ReadHeader(stream, problem => Broken(source, place, problem)).Shape; }
        catch (EndOfStreamException) { throw Broken(source, place, "is cut off"); }
        catch (InvalidDataException) { throw Broken(source, place, "is damaged (its compressed data do not unpack)"); }
    }

    private static InputException Broken(string source, string place, string problem) =>
        new(source, place, problem, "Save the array again with numpy.save or numpy.savez, as float16, float32 or float64");

    private static (int Width, int[] Shape, int Bytes) ReadHeader(Stream stream, Func<string, InputException> bad)
    {
        Span<byte> start = stackalloc byte[12];
        stream.ReadExactly(start[..10]);
        if (!start[..6].SequenceEqual(Magic)) throw bad("does not begin as a .npy array");
        bool wide = start[6] >= 2; // versions 2 and 3 of the format have a 32-bit header length
        if (wide) stream.ReadExactly(start[10..]);
        uint length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (length > MaxHeader) throw bad("claims a header longer than 64 KiB");
        var header = new byte[length];
        stream.ReadExactly(header);
        var (width, shape) = ParseHeader(Encoding.Latin1.GetString(header), bad);
        return (width, shape, (wide ? 12 : 10) + header.Length);
    }

    /// <summary>Writes values as float32.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="values">The values, the last dimension fastest.</param>
    public static void Write(Stream stream, int[] shape, ReadOnlySpan<float> values)
    {
        WriteHeader(stream, "<f4", shape);
        stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values));
    }

    /// <summary>Writes values as float64.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="values">The values, the last dimension fastest.</param>
    public static void Write(Stream stream, int[] shape, ReadOnlySpan<double> values)
    {
        WriteHeader(stream, "<f8", shape);
        stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values));
    }

    private static void WriteHeader(Stream stream, string type, int[] shape)
    {
        string dimensions = string.Join(", ", shape.Select(d => d.ToString(CultureInfo.InvariantCulture))) + (shape.Length == 1 ? "," : "");
        string text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({dimensions}), }}";
        int padding = 64 - (10 + text.Length + 1) % 64; // the data start at a multiple of 64 bytes
        text += new string(' ', padding % 64) + "\n";
        stream.Write([.. Magic, 1, 0, (byte)text.Length, (byte)(text.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(text));
    }

    private static (int Width, int[] Shape) ParseHeader(string header, Func<string, InputException> bad)
    {
        string type = TypePattern().Match(header).Groups[1].Value;
        int width = type switch { "<f2" => 2, "<f4" => 4, "<f8" => 8, _ => throw bad($"has element type '{type}'") };
        if (!OrderPattern().IsMatch(header)) throw bad("is stored in Fortran order");
        var shape = ShapePattern().Match(header);
        if (!shape.Success) throw bad("has no shape in its header");
        return (width, [.. shape.Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(d => int.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size
                : throw bad($"has the size \"{(d.Length <= 20 ? d : d[..20] + "…")}\" in its shape"))]);
    }

    private static double[] Decode(ReadOnlySpan<byte> data, int width)
    {
        var values = new double[data.Length / width];
        for (int i = 0; i < values.Length; i++)
        {
            var at = data[(i * width)..];
            values[i] = width switch
            {
                2 => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
                4 => BinaryPrimitives.ReadSingleLittleEndian(at),
                _ => BinaryPrimitives.ReadDoubleLittleEndian(at),
            };
        }
        return values;
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*False")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9,\s]*)\)")]
    private static partial Regex ShapePattern();
}
