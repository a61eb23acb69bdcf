using TorchSharp;

namespace AttentionNotebooks;

/// <summary>Reading single numbers out of tensors.</summary>
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
}
