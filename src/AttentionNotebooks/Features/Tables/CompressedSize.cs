using System.Buffers.Binary;

namespace AttentionNotebooks;

/// <summary>
/// The size that compressed bytes themselves claim to have decompressed, in the formats that begin with it: the library takes that much
/// memory, whatever the page's header says.
/// </summary>
internal static class CompressedSize
{
    private const int Snappy = 1, Zstandard = 6; // numbers of Parquet's CompressionCodec
    private const uint ZstandardMagic = 0xFD2FB528;

    /// <summary>The claim, or <see langword="null"/> where the format has none or the bytes are too few.</summary>
    public static long? Of(long codec, ReadOnlySpan<byte> bytes) => codec switch
    {
        Snappy => OfSnappy(bytes),
        Zstandard => OfZstandard(bytes),
        _ => null,
    };

    // google/snappy, format_description.txt: a varint of up to 32 bits.
    private static long? OfSnappy(ReadOnlySpan<byte> bytes)
    {
        long size = 0;
        for (int i = 0; i < Math.Min(5, bytes.Length); i++)
        {
            size |= (bytes[i] & 127L) << (7 * i);
            if (bytes[i] < 128) return size;
        }
        return null;
    }

    // RFC 8878, section 3.1.1: a descriptor, a window unless all is one segment, a dictionary's number, the size.
    private static long? OfZstandard(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != ZstandardMagic) return null;
        int descriptor = bytes[4], single = descriptor >> 5 & 1, width = (descriptor >> 6) switch { 0 => single, 1 => 2, 2 => 4, _ => 8 };
        int at = 5 + (1 - single) + ((descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 });
        if (width == 0 || bytes.Length < at + width) return null;
        var field = bytes.Slice(at, width);
        return width switch
        {
            1 => field[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256,
            4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
            _ => BinaryPrimitives.ReadInt64LittleEndian(field),
        };
    }
}
