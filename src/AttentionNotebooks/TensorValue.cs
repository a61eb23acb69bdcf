using TorchSharp;

namespace AttentionNotebooks;

/// <summary>What TorchSharp does by way of temporary scalars, without them.</summary>
internal static class TensorValue
{
    /// <summary>
    /// The number in a tensor of one element. TorchSharp's own <c>item</c> goes by a temporary native scalar whose
    /// finaliser can run during the call; under pressure of garbage collection that ends in "Scalar.h: toFloat".
    /// </summary>
    /// <typeparam name="T">The tensor's own element type.</typeparam>
    public static T Value<T>(this torch.Tensor tensor) where T : unmanaged
    {
        using var own = tensor.detach().cpu();
        return own.data<T>()[0];
    }

    /// <summary>All elements in order, as float32 wherever the tensor lives.</summary>
    public static float[] Floats(this torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().to_type(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>Each element times itself. TorchSharp's own <c>square</c> goes by such a temporary scalar too: its exponent.</summary>
    public static torch.Tensor Squared(this torch.Tensor tensor) => tensor.mul(tensor);
}
