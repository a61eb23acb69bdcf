using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The narrowing step of the feed-forward half: LayerNorm(dense(x) + α·input), α = 1 in every BERT.</summary>
internal sealed class BertOutput : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;
    private readonly Scalar residualScale;

    internal BertOutput(BertConfig config, Device? device, double residualScale) : base(nameof(BertOutput))
    {
        this.residualScale = residualScale;
        dense = nn.Linear(config.IntermediateSize, config.HiddenSize, device: device);
        LayerNorm = nn.LayerNorm([config.HiddenSize], config.LayerNormEps, device: device);
        RegisterComponents();
    }

    /// <summary>Narrows and adds.</summary>
    /// <param name="wide">What <see cref="BertIntermediate"/> gave, <c>[B, T, F]</c>.</param>
    /// <param name="input">What it was given, <c>[B, T, D]</c>.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public override Tensor forward(Tensor wide, Tensor input)
    {
        using var scope = NewDisposeScope();
        return LayerNorm.forward(dense.forward(wide).add_(input, residualScale)).MoveToOuterDisposeScope();
    }
}
