using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// What this kit needs of a model to look at its attention: a grid of heads, a pass that shows each layer's probabilities, and
/// what weighs the heads' outputs. How the model knows positions, where it normalises and what stands between the attentions is
/// its own affair.
/// </summary>
public interface IEncoder
{
    /// <summary>The heads, L × H.</summary>
    HeadGrid Grid { get; }

    /// <summary>Where the weights live.</summary>
    Device Device { get; }

    /// <summary>The last layer's hidden states.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; all 0 when <see langword="null"/>.</param>
    /// <param name="mask">
    /// 1 at tokens, 0 at padding, <c>[B, T]</c>, bool or int64, at least one token in every row; nothing is padded when
    /// <see langword="null"/>.
    /// </param>
    /// <param name="hooks">Edits and watchers, if any.</param>
    /// <returns>Hidden states <c>[B, T, D]</c>; those at padding mean nothing. The caller owns them.</returns>
    /// <exception cref="ArgumentException">The shapes disagree, or T exceeds the model's positions.</exception>
    Tensor forward(Tensor ids, Tensor? segments = null, Tensor? mask = null, AttentionHooks? hooks = null);

    /// <summary>
    /// Delivers each layer's attention probabilities, layer 0 first, and disposes them after the call, so that one
    /// layer's map is in memory at a time. No gradients.
    /// </summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; all 0 when <see langword="null"/>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>.</param>
    /// <param name="onLayer">Gets the layer and its probabilities <c>[B, H, T, T]</c>, float32; rows of padded queries mean
    /// nothing.</param>
    /// <param name="edits">Edits, if any; its own watcher is called first.</param>
    /// <param name="layers">How many layers to run, from layer 0 on; all unless given.</param>
    /// <exception cref="ArgumentException">The shapes disagree, T exceeds the model's positions, or it has fewer layers.</exception>
    void Visit(Tensor ids, Tensor? segments, Tensor? mask, Action<int, Tensor> onLayer, AttentionHooks? edits = null, int? layers = null);

    /// <summary>
    /// W^O of a layer, which mixes its heads: <c>[D, H·d]</c>, from the heads' outputs side by side (columns h·d to (h + 1)·d are head h's)
    /// to hidden states (rows). With the values that <see cref="AttentionHooks.OnValues"/> sees it says how much each head hands over.
    /// </summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <returns>The weights themselves, not a copy.</returns>
    Tensor OutputWeight(int layer);
}
