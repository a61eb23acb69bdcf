using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Multi-head self-attention: softmax(Q·Kᵀ/√d)·V for every head.</summary>
/// <remarks>Vaswani et al. (2017), "Attention Is All You Need", section 3.2. Written out instead of fused, because the
/// probabilities are what this kit is about.</remarks>
internal sealed class BertSelfAttention : nn.Module
{
    private readonly Linear query, key, value;
    private readonly int heads, headSize;
    private readonly Scalar scale;

    internal BertSelfAttention(BertConfig config, Device? device) : base(nameof(BertSelfAttention))
    {
        (heads, headSize) = (config.NumAttentionHeads, config.HeadSize);
        scale = 1.0 / Math.Sqrt(headSize);
        query = nn.Linear(config.HiddenSize, config.HiddenSize, device: device);
        key = nn.Linear(config.HiddenSize, config.HiddenSize, device: device);
        value = nn.Linear(config.HiddenSize, config.HiddenSize, device: device);
        RegisterComponents();
    }

    /// <summary>The number format of the weights.</summary>
    internal ScalarType DataType => query.weight.dtype;

    /// <summary>What makes the queries: weight <c>[D, D]</c> and bias <c>[D]</c>, in which rows h·d to (h + 1)·d are head h's.</summary>
    internal IReadOnlyList<Tensor> QueryParameters => [query.weight, query.bias!];

    /// <summary>The attention probabilities alone: values are not computed.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/> where nothing is padded.</param>
    /// <param name="layer">The layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <param name="bias">Added to the scores for the places of query and key, <c>[1, H, T, T]</c>, or <see langword="null"/>.</param>
    /// <returns>Probabilities <c>[B, H, T, T]</c>, float32; each row sums to 1, padded keys have exactly 0.</returns>
    public Tensor Probabilities(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks, Tensor? bias = null)
    {
        using var scope = NewDisposeScope();
        var q = Heads(query.forward(hidden));                                  // [B, H, T, d]
        var k = Heads(key.forward(hidden));                                    // [B, H, T, d]
        var scores = q.mul(scale).matmul(k.transpose(-2, -1));                 // [B, H, T, T]
        if (bias is not null) scores = scores.add(bias, Scalars.One);
        return HookedAttention.Probabilities(scores, padding, layer, hooks).MoveToOuterDisposeScope();
    }

    /// <summary>Attends.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/> where nothing is padded.</param>
    /// <param name="layer">The layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <param name="bias">Added to the scores for the places of query and key, <c>[1, H, T, T]</c>, or <see langword="null"/>.</param>
    /// <returns>The heads' outputs side by side, <c>[B, T, D]</c>.</returns>
    public Tensor forward(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks, Tensor? bias = null)
    {
        using var scope = NewDisposeScope();
        var v = Values(hidden, layer, hooks);                                  // [B, H, T, d]
        var probabilities = Probabilities(hidden, padding, layer, hooks, bias);      // [B, H, T, T]
        return HookedAttention.Outputs(probabilities, v, layer, hooks).MoveToOuterDisposeScope(); // [B, T, D]
    }

    /// <summary>The values, which hooks may read.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="layer">The layer's number, for the hooks.</param>
    /// <param name="hooks">Hooks, if any.</param>
    /// <returns><c>[B, H, T, d]</c>.</returns>
    internal Tensor Values(Tensor hidden, int layer, AttentionHooks? hooks)
    {
        using var scope = NewDisposeScope();
        var v = Heads(value.forward(hidden));
        hooks?.OnValues?.Invoke(layer, v);
        return v.MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], heads, headSize).transpose(1, 2);
}
