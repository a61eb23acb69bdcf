using System.Buffers.Binary;

namespace AttentionNotebooks.Features;

/// <summary>
/// Walks over a Parquet file's footer without taking anything from it. The library believes every count in it: a damaged one
/// keeps it reading beyond the end for minutes.
/// </summary>
/// <remarks>Format: Thrift's compact protocol (thrift/doc/specs/thrift-compact-protocol.md), Parquet's file layout.</remarks>
internal static class ParquetFooter
{
    private const int Deepest = 32;

    /// <summary>Whether the footer lies inside the file and every count in it inside the footer.</summary>
    public static bool IsSound(ReadOnlySpan<byte> file)
    {
        if (file.Length < 12 || !file[^4..].SequenceEqual("PAR1"u8)) return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(file[^8..]);
        if (length < 1 || length > file.Length - 12) return false;
        var rest = file[^(8 + length)..^8];
        return Begins(rest) && Struct(ref rest, 0) && rest.IsEmpty;
    }

    // FileMetaData begins with its version (i32), its schema (list), its rows (i64) and its row groups (list); of other types
    // the library still makes these, and counts what is not there.
    private static bool Begins(ReadOnlySpan<byte> rest)
    {
        foreach (byte field in (ReadOnlySpan<byte>)[0x15, 0x19, 0x16, 0x19])
        {
            if (!Skip(ref rest, 1, out byte found) || found != field || !Value(ref rest, field & 15, 0)) return false;
        }
        return true;
    }

    private static bool Struct(ref ReadOnlySpan<byte> rest, int depth)
    {
        if (depth > Deepest) return false;
        while (true)
        {
            if (!Skip(ref rest, 1, out byte field)) return false;
            if (field == 0) return true;
            if (field >> 4 == 0 && !Varint(ref rest, out _)) return false; // a field's own number instead of a step
            int type = field & 15;
            if (type is not (1 or 2) && !Value(ref rest, type, depth)) return false; // a field's truth is its type
        }
    }

    private static bool Value(ref ReadOnlySpan<byte> rest, int type, int depth)
    {
        switch (type)
        {
            case 1 or 2 or 3: return Skip(ref rest, 1, out _);
            case 4 or 5 or 6: return Varint(ref rest, out _);
            case 7: return Skip(ref rest, 8, out _);
            case 8: return Varint(ref rest, out ulong bytes) && Skip(ref rest, bytes, out _);
            case 9 or 10: return List(ref rest, depth);
            case 12: return Struct(ref rest, depth + 1);
            default: return false; // maps, which Parquet's footers do not have, and what is no type
        }
    }

    private static bool List(ref ReadOnlySpan<byte> rest, int depth)
    {
        if (depth > Deepest || !Skip(ref rest, 1, out byte head)) return false;
        ulong count = (ulong)(head >> 4);
        if (count == 15 && !Varint(ref rest, out count)) return false;
        if (count > (ulong)rest.Length) return false; // an element takes a byte or more
        for (ulong i = 0; i < count; i++)
            if (!Value(ref rest, head & 15, depth + 1)) return false;
        return true;
    }

    private static bool Varint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (!Skip(ref rest, 1, out byte next)) return false;
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return true;
        }
        return false;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, ulong bytes, out byte first)
    {
        first = rest.IsEmpty ? (byte)0 : rest[0];
        if (bytes > (ulong)rest.Length) return false;
        rest = rest[(int)bytes..];
        return true;
    }
}
