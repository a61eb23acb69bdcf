using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>One layer's settings as tensors, made inside a forward pass and belonging to it. <see langword="null"/> where no head of the
/// layer is changed.</summary>
internal interface ILayerSettings
{
    /// <summary>1/τ of each head, <c>[H, 1, 1]</c>.</summary>
    Tensor? Scales(int layer);

    /// <summary>c of each head, <c>[H, 1, 1]</c>.</summary>
    Tensor? SpecialBiases(int layer);

    /// <summary>g of each head, <c>[H, 1, 1]</c>.</summary>
    Tensor? Gates(int layer);

    /// <summary>b of each head by offset, from −(T − 1) to T − 1: <c>[H, 2T − 1]</c>.</summary>
    Tensor? Biases(int layer, int length);
}

/// <summary>Settings of heads as edits of a forward pass.</summary>
internal static class CalibrationHooks
{
    /// <summary>The edits. Several threads may run passes with them at a time.</summary>
    /// <param name="tokenizer">Knows [CLS] and [SEP].</param>
    public static AttentionHooks Of(ILayerSettings settings, TextTokenizer tokenizer)
    {
        Scalar cls = (long)tokenizer.ClsId, sep = (long)tokenizer.SepId;
        var passes = new ThreadLocal<Pass?>(); // a pass keeps to its thread
        return new AttentionHooks
        {
            OnTokens = ids => passes.Value = new Pass(ids.eq(cls).logical_or(ids.eq(sep)).to_type(ScalarType.Float32)
                .view(ids.shape[0], 1, 1, ids.shape[1])),
            EditScores = (layer, scores) => Edit(settings, layer, scores,
                (passes.Value ?? throw new InvalidOperationException(
                    "The pass did not name its tokens (AttentionHooks.OnTokens), so that special keys are not known")).IsSpecial),
            EditHeads = (layer, heads) => settings.Gates(layer) is { } gates ? heads.mul(gates.to_type(heads.dtype)) : heads,
        };
    }

    /// <summary>s/τ + b + c·[key is special].</summary>
    /// <param name="scores">Its scores, <c>[B, H, T, T]</c>.</param>
    /// <param name="isSpecial">1 at keys that are [CLS] or [SEP], <c>[B, 1, 1, T]</c>, float32.</param>
    public static Tensor Edit(ILayerSettings settings, int layer, Tensor scores, Tensor isSpecial)
    {
        var (scales, special, biases) = (settings.Scales(layer), settings.SpecialBiases(layer),
            settings.Biases(layer, (int)scores.shape[3]));
        if (scales is null && special is null && biases is null) return scores;
        var edited = scores.to_type(ScalarType.Float32); // float16 ends at 65,504
        if (scales is not null) edited = edited.mul(scales);
        if (biases is not null) edited = edited.Plus(Spread(biases));
        if (special is not null) edited = edited.Plus(special.mul(isSpecial));   // [H, 1, 1] · [B, 1, 1, T]
        return edited;
    }

    // From a value per offset to a value per query and key: row i is the window of T offsets that begins at −i.
    private static Tensor Spread(Tensor biases)
    {
        long heads = biases.shape[0], width = biases.shape[1], length = (width + 1) / 2;
        return biases.contiguous().as_strided([heads, length, length], [width, 1, 1]).flip(1); // [H, T, T]
    }

    /// <summary>What the tokens of the batch under way are.</summary>
    private sealed record Pass(Tensor IsSpecial);
}
