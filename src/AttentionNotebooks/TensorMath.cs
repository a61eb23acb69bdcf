using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Arithmetic of tensors that makes no temporary <see cref="Scalar"/>, as TorchSharp's own <c>a + b</c> does for its factor of 1:
/// its finaliser can run while the native call still reads it.
/// </summary>
internal static class TensorMath
{
    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, Scalars.One);

    /// <summary>a + b with a number that is held elsewhere.</summary>
    public static Tensor Plus(this Tensor a, Scalar b) => a.add(b, Scalars.One);

    /// <summary>a + b, into a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, Scalars.One);

    /// <summary>a + b with a number that is held elsewhere, into a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Scalar b) => a.add_(b, Scalars.One);

    /// <summary>a − b.</summary>
    public static Tensor Minus(this Tensor a, Tensor b) => a.add(b, Scalars.MinusOne);

    /// <summary>1 − a.</summary>
    public static Tensor OneMinus(this Tensor a) => a.neg().add(Scalars.One, Scalars.One);

    /// <summary>Each element times itself. TorchSharp's own <c>square</c> makes a temporary scalar of its exponent.</summary>
    public static Tensor Squared(this Tensor tensor) => tensor.mul(tensor);

    /// <summary>The mean over a text's own tokens, summed in float32 whatever the format.</summary>
    /// <param name="hidden">States <c>[B, T, D]</c>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>.</param>
    /// <returns><c>[B, D]</c>, in the states' format.</returns>
    public static Tensor MeanOfTokens(this Tensor hidden, Tensor? mask)
    {
        var exact = hidden.to_type(ScalarType.Float32);
        if (mask is null) return exact.mean([1L]).to_type(hidden.dtype);
        var own = mask.to_type(ScalarType.Float32).unsqueeze(-1);                                             // [B, T, 1]
        return exact.mul(own).sum([1L]).div(own.sum([1L])).to_type(hidden.dtype);
    }

    /// <summary>
    /// The number in a tensor of one element. TorchSharp's own <c>item</c> makes a temporary scalar; under pressure of garbage
    /// collection that ends in "Scalar.h: toFloat".
    /// </summary>
    /// <typeparam name="T">The tensor's own element type.</typeparam>
    public static T Value<T>(this Tensor tensor) where T : unmanaged
    {
        using var own = tensor.detach().cpu();
        return own.data<T>()[0];
    }

    /// <summary>All elements in order, as float32 wherever the tensor lives.</summary>
    public static float[] Floats(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
