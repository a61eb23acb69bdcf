using System.Buffers.Binary;
using System.Text;

namespace AttentionNotebooks;

/// <summary>
/// The bytes of one pickle. Counts what is read and never allocates more than what is really there: a length is
/// believed only as far as bytes come.
/// </summary>
internal sealed class PickleInput(string path, string part, Stream stream)
{
    /// <summary>The longest pickle that is read: the description of 10,000 tensors takes about 1.5 MiB.</summary>
    public const long MostBytes = 4 << 20;

    private readonly byte[] scratch = new byte[8];
    private long read;

    /// <summary>An error at the present place.</summary>
    public InputException Bad(string problem, string remedy = "Copy or download the file again") =>
        new(path, $"{part}, byte {read}", problem, remedy);

    public byte Byte()
    {
        Count(1);
        int value = stream.ReadByte();
        return value >= 0 ? (byte)value : throw Bad("the pickle ends before its STOP");
    }

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Scratch(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Scratch(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Scratch(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Scratch(8));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Scratch(8));

    public byte[] Bytes(ulong length)
    {
        if (length > MostBytes) throw Bad($"claims a value of {length} bytes");
        Count((long)length);
        var whole = new MemoryStream();
        var chunk = new byte[Math.Min((int)length, 1 << 16)];
        for (int left = (int)length; left > 0;)
        {
            int got = stream.Read(chunk, 0, Math.Min(left, chunk.Length));
            if (got == 0) throw Bad("the file ends inside a value");
            whole.Write(chunk, 0, got);
            left -= got;
        }
        return whole.ToArray();
    }

    public string Text(ulong length)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(Bytes(length));
        }
        catch (DecoderFallbackException)
        {
            throw Bad("a text is not UTF-8");
        }
    }

    /// <summary>The text up to the next line feed.</summary>
    public string Line()
    {
        var text = new StringBuilder();
        for (byte b = Byte(); b != '\n'; b = Byte())
        {
            if (text.Length >= 1000) throw Bad("a line is longer than 1,000 characters");
            text.Append((char)b);
        }
        return text.ToString();
    }

    private ReadOnlySpan<byte> Scratch(int count)
    {
        Count(count);
        try
        {
            stream.ReadExactly(scratch, 0, count);
        }
        catch (EndOfStreamException)
        {
            throw Bad("the file ends inside a number");
        }
        return scratch.AsSpan(0, count);
    }

    private void Count(long bytes)
    {
        read += bytes;
        if (read > MostBytes) throw Bad($"the pickle is longer than {MostBytes >> 20} MiB", "This describes no model that is read here");
    }
}
