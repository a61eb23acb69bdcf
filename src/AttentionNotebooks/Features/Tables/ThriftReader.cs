namespace AttentionNotebooks;

/// <summary>What a field of Thrift's compact protocol holds, so far as Parquet's metadata asks.</summary>
internal enum ThriftKind { Flag, Octet, Number, Real, Text, List, Struct }

/// <summary>The type of a field: a kind, and of a list its elements' type, of a struct its fields' types by number.</summary>
internal sealed record ThriftType(ThriftKind Kind, ThriftType? Element = null, IReadOnlyDictionary<int, ThriftType>? Fields = null)
{
    public static ThriftType Flag { get; } = new(ThriftKind.Flag);

    public static ThriftType Octet { get; } = new(ThriftKind.Octet);

    public static ThriftType Number { get; } = new(ThriftKind.Number);

    public static ThriftType Real { get; } = new(ThriftKind.Real);

    public static ThriftType Text { get; } = new(ThriftKind.Text);

    public static ThriftType List(ThriftType element) => new(ThriftKind.List, element);

    /// <summary>A struct of these fields, numbered from 1; <see langword="null"/> where a number is not in use.</summary>
    public static ThriftType Struct(params ThriftType?[] fields) =>
        new(ThriftKind.Struct, Fields: fields.Index().Where(f => f.Item is not null).ToDictionary(f => f.Index + 1, f => f.Item!));
}

/// <summary>A struct that was read: its known fields by number.</summary>
internal sealed class ThriftStruct(IReadOnlyDictionary<int, object> fields)
{
    /// <summary>A number, or <see langword="null"/> where it is not given.</summary>
    public long? Number(int field) => fields.TryGetValue(field, out object? value) ? (long)value : null;

    /// <summary>A number that must be given.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public long Needed(int field) => Number(field) ?? throw new InvalidDataException($"lacks field {field}");

    /// <summary>Whether something is so, or <see langword="null"/> where it is not given.</summary>
    public bool? Flag(int field) => fields.TryGetValue(field, out object? value) ? (bool)value : null;

    /// <summary>A struct, or <see langword="null"/> where it is not given.</summary>
    public ThriftStruct? Struct(int field) => (ThriftStruct?)fields.GetValueOrDefault(field);

    /// <summary>The structs of a list that must be given.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public IReadOnlyList<ThriftStruct> Structs(int field) => fields.GetValueOrDefault(field) is List<object> list
        ? [.. list.Cast<ThriftStruct>()] : throw new InvalidDataException($"lacks field {field}");
}

/// <summary>Reads structs of Thrift's compact protocol out of a part of a file; every count must fit into what is left of it.</summary>
/// <remarks>Format: thrift/doc/specs/thrift-compact-protocol.md.</remarks>
/// <exception cref="InvalidDataException">By every method: the part is cut off, or a field is of another type than its number
/// has.</exception>
internal sealed class ThriftReader(ReadOnlyMemory<byte> part)
{
    private const int Deepest = 32;

    /// <summary>How many bytes were read.</summary>
    public int At { get; private set; }

    /// <summary>The struct that begins here.</summary>
    public ThriftStruct Struct(ThriftType type) => Struct(type, 0);

    private ThriftStruct Struct(ThriftType? type, int depth)
    {
        if (depth > Deepest) throw new InvalidDataException("is nested too deeply");
        var fields = new Dictionary<int, object>();
        long number = 0;
        while (Byte() is var head && head != 0)
        {
            number = head >> 4 == 0 ? Zigzag() : number + (head >> 4); // its own number, or a step from the last one
            if (number is < 1 or > short.MaxValue) throw new InvalidDataException($"has a field with the number {number}");
            var known = type?.Fields!.GetValueOrDefault((int)number);
            int code = head & 15;
            if (known is not null && !Fits(known.Kind, code)) throw new InvalidDataException($"holds another type in field {number}");
            object value = code is 1 or 2 ? code == 1 : Value(known, code, depth + 1); // a field's truth is its type
            if (known is not null) fields[(int)number] = value;
        }
        return new ThriftStruct(fields);
    }

    private static bool Fits(ThriftKind kind, int code) => kind switch
    {
        ThriftKind.Flag => code is 1 or 2,
        ThriftKind.Octet => code == 3,
        ThriftKind.Number => code is 4 or 5 or 6,
        ThriftKind.Real => code == 7,
        ThriftKind.Text => code == 8,
        ThriftKind.List => code == 9,
        _ => code == 12,
    };

    // Of a field that is not known only the end is looked for.
    private object Value(ThriftType? type, int code, int depth)
    {
        switch (code)
        {
            case 3: return (long)Byte();
            case 4 or 5 or 6: return Zigzag();
            case 7: return Bytes(8);
            case 8: return Bytes(Varint());
            case 9 or 10: return List(type?.Element, depth);
            case 12: return Struct(type, depth);
            default: throw new InvalidDataException($"holds the type {code}, which Parquet does not use"); // maps, and what is no type
        }
    }

    private List<object> List(ThriftType? element, int depth)
    {
        if (depth > Deepest) throw new InvalidDataException("is nested too deeply");
        byte head = Byte();
        ulong count = (ulong)(head >> 4);
        if (count == 15) count = Varint();
        if (count > (ulong)(part.Length - At))
            throw new InvalidDataException($"counts {count} elements where {part.Length - At} bytes are left");
        if (count > 0 && element is not null && !Fits(element.Kind, head & 15))
            throw new InvalidDataException("holds a list of another type");
        var list = new List<object>((int)count);
        for (ulong i = 0; i < count; i++) list.Add(Value(element, head & 15, depth + 1));
        return list;
    }

    private long Zigzag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
        throw new InvalidDataException("holds a number of more than 64 bits");
    }

    private byte Byte() => Bytes(1).Span[0];

    private ReadOnlyMemory<byte> Bytes(ulong count)
    {
        if (count > (ulong)(part.Length - At)) throw new InvalidDataException("is cut off");
        At += (int)count;
        return part.Slice(At - (int)count, (int)count);
    }
}
