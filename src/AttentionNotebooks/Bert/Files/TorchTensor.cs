using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Numbers of one type in a row, as a PyTorch file holds them.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Count">Its elements, or those of the view.</param>
/// <param name="First">The element at which a view of it begins; 0 for the whole.</param>
internal sealed record TorchStorage(string Key, ScalarType Type, long Count, long First)
{
    /// <summary>Bytes of one element.</summary>
    public int ElementBytes => Type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };
}

/// <summary>A tensor of a PyTorch file, not read yet. Within its storage, as was checked when it was made.</summary>
/// <param name="Storage">Where its numbers are.</param>
/// <param name="Offset">The storage's element that is its first.</param>
/// <param name="Strides">Elements from one index to the next, per dimension.</param>
/// <param name="Span">Elements of the storage from its first to its last, both included.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides, long Span)
{
    /// <summary>Whether its numbers stand in the storage as they do in memory.</summary>
    public bool Contiguous
    {
        get
        {
            long expected = 1;
            for (int d = Shape.Length - 1; d >= 0; d--)
            {
                if (Shape[d] != 1 && Strides[d] != expected) return false;
                expected *= Shape[d];
            }
            return true;
        }
    }
}
