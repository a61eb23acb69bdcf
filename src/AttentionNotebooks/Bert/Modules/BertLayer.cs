using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>One layer of the encoder: attention, then feed-forward, each with its residual and normalisation behind it.</summary>
/// <remarks>Vaswani et al. (2017), section 3.1.</remarks>
internal sealed class BertLayer : EncoderLayer
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

    /// <inheritdoc/>
    public override ScalarType DataType => attention.Self.DataType;

    /// <inheritdoc/>
    public override Parameter OutputWeight => attention.Output.Weight;

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> QueryParameters => attention.Self.QueryParameters;

    /// <inheritdoc/>
    public override void Visit(Tensor hidden, Tensor? padding, int layer, AttentionHooks hooks, Tensor? bias = null)
    {
        if (hooks.OnValues is not null) attention.Self.Values(hidden, layer, hooks).Dispose();
        attention.Self.Probabilities(hidden, padding, layer, hooks, bias).Dispose();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks, Tensor? bias = null)
    {
        using var scope = NewDisposeScope();
        var attended = attention.forward(hidden, padding, layer, hooks, bias);       // [B, T, D]
        var wide = intermediate.forward(attended);                             // [B, T, F]
        return output.forward(wide, attended).MoveToOuterDisposeScope();       // [B, T, D]
    }
}
