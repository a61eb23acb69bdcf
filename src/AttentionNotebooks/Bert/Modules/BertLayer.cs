using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>One layer of the encoder: attention, then feed-forward, each with its residual and normalisation behind it.</summary>
/// <remarks>Vaswani et al. (2017), section 3.1.</remarks>
internal sealed class BertLayer : nn.Module
{
    private readonly BertAttention attention;
    private readonly BertIntermediate intermediate;
    private readonly BertOutput output;

    internal BertLayer(BertConfig config, Device? device, double residualScale) : base(nameof(BertLayer))
    {
        attention = new BertAttention(config, device, residualScale);
        intermediate = new BertIntermediate(config, device);
        output = new BertOutput(config, device, residualScale);
        RegisterComponents();
    }

    /// <summary>The attention half.</summary>
    public BertAttention Attention => attention;

    /// <summary>Runs the layer.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="layer">This layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <param name="bias">Added to the scores for the places of query and key, <c>[1, H, T, T]</c>, or <see langword="null"/>.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public Tensor forward(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks, Tensor? bias = null)
    {
        using var scope = NewDisposeScope();
        var attended = attention.forward(hidden, padding, layer, hooks, bias);       // [B, T, D]
        var wide = intermediate.forward(attended);                             // [B, T, F]
        return output.forward(wide, attended).MoveToOuterDisposeScope();       // [B, T, D]
    }
}
