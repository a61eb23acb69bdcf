using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A layer that normalises what each half reads, not what it gives: x + attention(norm(x)), then x + feed-forward(norm(x)). Its
/// attention is rotary and its feed-forward half gated.
/// </summary>
/// <remarks>Xiong et al. (2020), "On Layer Normalization in the Transformer Architecture", section 3.2.</remarks>
internal sealed class PreNormLayer : EncoderLayer
{
    private readonly LayerNorm? attn_norm;
    private readonly RotaryAttention attn;
    private readonly LayerNorm mlp_norm;
    private readonly GatedFeedForward mlp;

    /// <param name="config">The model.</param>
    /// <param name="normsFirst">Whether the attention's input is normalised; not so where it comes from a normalisation.</param>
    /// <param name="attention">The attention half.</param>
    /// <param name="feedForwardBias">Whether the maps of the feed-forward half add something.</param>
    /// <param name="device">Where the weights live; the CPU unless given.</param>
    internal PreNormLayer(BertConfig config, bool normsFirst, RotaryAttention attention, bool feedForwardBias, Device? device)
        : base(nameof(PreNormLayer))
    {
        LayerNorm Norm() => nn.LayerNorm([config.HiddenSize], config.LayerNormEps, bias: config.NormBias, device: device);
        attn_norm = normsFirst ? Norm() : null;
        attn = attention;
        mlp_norm = Norm();
        mlp = new GatedFeedForward(config, feedForwardBias, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override ScalarType DataType => attn.DataType;

    /// <inheritdoc/>
    public override Parameter OutputWeight => attn.OutputWeight;

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> QueryParameters => attn.QueryParameters;

    /// <inheritdoc/>
    public override Tensor forward(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks, Tensor? bias = null)
    {
        using var scope = NewDisposeScope();
        var attended = hidden.Plus(attn.forward(Read(hidden), padding, layer, hooks)); // [B, T, D]
        return attended.Plus(mlp.forward(mlp_norm.forward(attended))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Visit(Tensor hidden, Tensor? padding, int layer, AttentionHooks hooks, Tensor? bias = null)
    {
        using var scope = NewDisposeScope();
        attn.Visit(Read(hidden), padding, layer, hooks);
    }

    private Tensor Read(Tensor hidden) => attn_norm is null ? hidden : attn_norm.forward(hidden);
}
