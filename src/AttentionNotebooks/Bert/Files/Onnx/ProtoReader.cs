using Google.Protobuf;
using Microsoft.Win32.SafeHandles;

namespace AttentionNotebooks;

/// <summary>
/// Walks the fields of a protobuf file without holding it: long contents are passed over, and only where they lie is kept. What a
/// hostile file may claim is bounded: no content beyond its message, no long name, and so many parts in all.
/// </summary>
internal sealed class ProtoReader : IDisposable
{
    private const int LongestText = 1 << 16, MostText = 1 << 26, MostParts = 500_000, MostNumbers = 4_000_000, NestedGroups = 16;

    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly CodedInputStream input;
    private readonly byte[] prefix = new byte[10];
    private long limit;
    private int parts, numbers;
    private long texts;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It cannot be read, or is larger than a protobuf can be.</exception>
    public ProtoReader(string path)
    {
        this.path = path;
        try
        {
            handle = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})", "Check the path", e);
        }
        limit = RandomAccess.GetLength(handle);
        if (limit > int.MaxValue)
        {
            handle.Dispose();
            throw new InputException(path, null, $"is {limit} bytes long, but no ONNX file is larger than 2 GiB",
                "Save the model with its weights as external data");
        }
        input = CodedInputStream.CreateWithLimits(new FileStream(handle, FileAccess.Read, 1 << 16), int.MaxValue, NestedGroups);
    }

    /// <summary>Gives every field of the file to <paramref name="field"/>, which says whether it has read it.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public void Root(Func<int, WireFormat.WireType, bool> field)
    {
        try
        {
            Fields(limit, field);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or InvalidOperationException)
        {
            throw new InputException(path, $"byte {input.Position}", "is no whole ONNX file: it is cut off or damaged", Remedies.Again, e);
        }
    }

    /// <summary>Gives every field of the message here to <paramref name="field"/>.</summary>
    public void Message(Func<int, WireFormat.WireType, bool> field)
    {
        Count();
        int size = Length(); // moves on to the content
        long outer = limit, end = input.Position + size;
        if (end > outer) throw Damaged();
        limit = end;
        Fields(end, field);
        limit = outer;
    }

    /// <summary>A text.</summary>
    public string Text()
    {
        Count();
        long length = Peek();
        texts += length;
        if (length > LongestText || texts > MostText)
            throw new InputException(path, $"byte {input.Position}", "holds longer names than the file of any encoder", Remedies.Again);
        return input.ReadString();
    }

    /// <summary>A whole number.</summary>
    public long Whole()
    {
        CountNumber();
        return input.ReadInt64();
    }

    /// <summary>A number with a fraction.</summary>
    public float Single()
    {
        CountNumber();
        return input.ReadFloat();
    }

    /// <summary>Whole numbers, packed or one by one.</summary>
    public void Wholes(WireFormat.WireType type, List<long> into) => Packed(type, WireFormat.WireType.Varint, () => into.Add(Whole()));

    /// <summary>Numbers with a fraction, packed or one by one.</summary>
    public void Singles(WireFormat.WireType type, List<float> into) => Packed(type, WireFormat.WireType.Fixed32, () => into.Add(Single()));

    /// <summary>Passes a content over.</summary>
    /// <returns>Its first byte in the file, and how many there are.</returns>
    public (long Offset, long Length) Span()
    {
        Count();
        long length = Peek();
        input.SkipLastField();
        if (input.Position > limit) throw Damaged();
        return (input.Position - length, length);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        input.Dispose();
        handle.Dispose();
    }

    private void Packed(WireFormat.WireType type, WireFormat.WireType single, Action read)
    {
        if (type == single) read();
        else if (type != WireFormat.WireType.LengthDelimited) throw Damaged();
        else
        {
            int size = Length();
            long end = input.Position + size;
            if (end > limit) throw Damaged();
            while (input.Position < end) read();
            if (input.Position != end) throw Damaged();
        }
    }

    private void Fields(long end, Func<int, WireFormat.WireType, bool> field)
    {
        while (input.Position < end)
        {
            uint tag = input.ReadTag();
            if (tag == 0) throw Damaged();
            if (!field(WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag))) input.SkipLastField();
        }
        if (input.Position != end) throw Damaged();
    }

    private int Length() => input.ReadLength() is >= 0 and var length ? length : throw Damaged();

    // The length before a content, which the library reads but does not tell.
    private long Peek()
    {
        int read = RandomAccess.Read(handle, prefix, input.Position);
        using var ahead = new CodedInputStream(prefix, 0, read);
        int length = ahead.ReadLength();
        if (length < 0 || input.Position + ahead.Position + length > limit) throw Damaged();
        return length;
    }

    private void Count()
    {
        if (++parts > MostParts) throw TooMany();
    }

    private void CountNumber()
    {
        if (++numbers > MostNumbers) throw TooMany();
    }

    private InputException TooMany() =>
        new(path, $"byte {input.Position}", "has more parts than the file of any encoder", Remedies.Again);

    private static InvalidOperationException Damaged() => new("a message does not end where it should");
}
