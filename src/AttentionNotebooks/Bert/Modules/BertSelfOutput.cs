using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Mixes the heads and adds what came in: LayerNorm(dense(x) + α·input), α = 1 in every BERT.</summary>
internal sealed class BertSelfOutput : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;
    private readonly Scalar residualScale;

    internal BertSelfOutput(BertConfig config, Device? device, double residualScale) : base(nameof(BertSelfOutput))
    {
        this.residualScale = residualScale;
        dense = nn.Linear(config.HiddenSize, config.HiddenSize, device: device);
        LayerNorm = nn.LayerNorm([config.HiddenSize], config.LayerNormEps, device: device);
        RegisterComponents();
    }

    /// <summary>W^O, which mixes the heads: <c>[D, D]</c>, from the heads' outputs side by side (columns h·d to (h + 1)·d are head h's) to
    /// hidden states (rows).</summary>
    public Parameter Weight => dense.weight;

    /// <summary>Mixes and adds.</summary>
    /// <param name="context">The heads' outputs <c>[B, T, D]</c>.</param>
    /// <param name="input">What the attention was given, <c>[B, T, D]</c>.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public override Tensor forward(Tensor context, Tensor input)
    {
        using var scope = NewDisposeScope();
        return LayerNorm.forward(dense.forward(context).add_(input, residualScale)).MoveToOuterDisposeScope();
    }
}
