using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// How long the vectors are that heads hand over: ‖f(x_j)‖ with f(x) = (x·W^V + b^V)·W^O per head, the output's bias left
/// out. Kobayashi et al. 2020, "Attention is Not Only a Weight"; formula as in their released code.
/// </summary>
internal static class ValueNorms
{
    private static readonly Scalar Zero = 0.0.ToScalar();

    /// <summary>The norms of one layer.</summary>
    /// <param name="values">x·W^V + b^V per head, <c>[B, H, T, d]</c>.</param>
    /// <param name="output">W^O, <c>[D, H·d]</c>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>, float32, 0 at padding. The caller owns it.</returns>
    public static Tensor Of(Tensor values, Tensor output, Tensor mask)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        long heads = values.shape[1], d = values.shape[3];
        // ‖v·W‖² = v·(W·Wᵀ)·vᵀ: the products of d × d never leave the head's own width.
        var own = output.to_type(ScalarType.Float32).view(-1, heads, d).permute(1, 2, 0);    // [H, d, D]
        var gram = own.matmul(own.transpose(-2, -1));                                          // [H, d, d]
        var v = values.to_type(ScalarType.Float32);
        var squares = v.matmul(gram).mul_(v).sum(dim: -1).clamp_min_(Zero);                    // [B, H, T]
        return squares.sqrt_().mul_(mask.unsqueeze(1)).MoveToOuterDisposeScope();
    }
}
