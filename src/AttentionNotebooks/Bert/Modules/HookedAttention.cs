using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>What every kind of attention does with its scores and its values, and where hooks may watch or change it.</summary>
internal static class HookedAttention
{
    /// <summary>From scores to probabilities.</summary>
    /// <param name="scores"><c>[B, H, T, T]</c>, scaled.</param>
    /// <param name="unseen">True at keys that a query may not see; its shape must broadcast to that of the scores.</param>
    /// <param name="layer">The layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <returns><c>[B, H, T, T]</c>, float32; each row sums to 1, and keys that are not seen have exactly 0.</returns>
    public static Tensor Probabilities(Tensor scores, Tensor? unseen, int layer, AttentionHooks? hooks)
    {
        if (hooks?.EditScores is { } editScores) scores = editScores(layer, scores);
        if (unseen is not null) scores = scores.masked_fill(unseen, Scalars.NegativeInfinity);
        var probabilities = scores.softmax(-1, ScalarType.Float32);
        if (hooks?.EditProbabilities is { } edit) probabilities = edit(layer, probabilities);
        hooks?.OnProbabilities?.Invoke(layer, probabilities);
        return probabilities;
    }

    /// <summary>The heads' outputs side by side.</summary>
    /// <param name="probabilities"><c>[B, H, T, T]</c>.</param>
    /// <param name="values"><c>[B, H, T, d]</c>.</param>
    /// <param name="layer">The layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <returns><c>[B, T, H·d]</c>.</returns>
    public static Tensor Outputs(Tensor probabilities, Tensor values, int layer, AttentionHooks? hooks)
    {
        var context = probabilities.to_type(values.dtype).matmul(values);      // [B, H, T, d]
        if (hooks?.EditHeads is { } edit) context = edit(layer, context);
        return context.transpose(1, 2).flatten(2);
    }
}
