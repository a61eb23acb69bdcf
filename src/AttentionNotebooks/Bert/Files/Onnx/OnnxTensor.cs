namespace AttentionNotebooks;

/// <summary>How the elements of a tensor lie in a file.</summary>
internal enum OnnxEncoding
{
    /// <summary>As in memory, little-endian.</summary>
    Raw,

    /// <summary>Each as protobuf's variable-length number; those of float16 and bfloat16 as their bits.</summary>
    Varint,
}

/// <summary>Where external data lie, as the file states it.</summary>
/// <param name="Location">A path below the file's own folder.</param>
/// <param name="Offset">First byte; 0 unless given.</param>
/// <param name="Length">How many bytes; to the end of the file unless given.</param>
internal sealed record OnnxExternal(string Location, string? Offset, string? Length);

/// <summary>A tensor of an ONNX file: its description, and where its elements lie.</summary>
/// <param name="Name">Its name; of a Constant node that of the node's output.</param>
/// <param name="Type">The type of its elements, as ONNX numbers them.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
internal sealed record OnnxTensor(string Name, int Type, long[] Shape)
{
    /// <summary>ONNX's numbers of types.</summary>
    public const int Float = 1, Byte = 2, Int8 = 3, Int32 = 6, Int64 = 7, Bool = 9, Half = 10, Double = 11, BFloat = 16;

    /// <summary>First byte and number of bytes in the ONNX file itself; <see langword="null"/> where they lie elsewhere.</summary>
    public (long Offset, long Length)? Span { get; init; }

    /// <summary>How the elements lie there.</summary>
    public OnnxEncoding Encoding { get; init; }

    /// <summary>Where else they lie, if they do.</summary>
    public OnnxExternal? External { get; init; }

    /// <summary>Values that stand in an attribute, not in a tensor.</summary>
    public double[]? Inline { get; init; }

    /// <summary>How many elements there are; −1 where the shape is none.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            foreach (long side in Shape)
            {
                if (side < 0 || side > 1L << 40) return -1;
                count *= side;
                if (count > 1L << 40) return -1;
            }
            return count;
        }
    }

    /// <summary>Whether the elements are numbers with a fraction.</summary>
    public bool IsFloat => Type is Float or Half or Double or BFloat;

    /// <summary>Whether this is one row: no side but the last is longer than 1.</summary>
    public bool IsVector => Shape.Length >= 1 && Count == Shape[^1];

    /// <summary>The shape as text.</summary>
    public string Sides => $"[{string.Join(", ", Shape)}]";

    /// <summary>Bytes of an element, 0 for a type whose values are not read.</summary>
    public int ElementBytes => Type switch
    {
        Byte or Int8 or Bool => 1,
        Half or BFloat => 2,
        Float or Int32 => 4,
        Int64 or Double => 8,
        _ => 0,
    };
}
