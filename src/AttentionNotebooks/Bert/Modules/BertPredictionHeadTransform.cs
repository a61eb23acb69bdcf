using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>What the masked-LM head does before it looks words up: LayerNorm(activation(dense(x))).</summary>
internal sealed class BertPredictionHeadTransform : nn.Module<Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;
    private readonly Func<Tensor, Tensor> activation;

    internal BertPredictionHeadTransform(BertConfig config, Device? device) : base(nameof(BertPredictionHeadTransform))
    {
        dense = nn.Linear(config.HiddenSize, config.EmbeddingWidth, config.HeadBias, device: device);
        LayerNorm = nn.LayerNorm([config.EmbeddingWidth], config.LayerNormEps, bias: config.NormBias, device: device);
        activation = Activations.Named(config.HeadAct ?? config.HiddenAct);
        RegisterComponents();
    }

    /// <summary>Transforms.</summary>
    /// <param name="hidden">Hidden states <c>[…, D]</c>.</param>
    /// <returns><c>[…, E]</c>, as wide as the embeddings.</returns>
    public override Tensor forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return LayerNorm.forward(activation(dense.forward(hidden))).MoveToOuterDisposeScope();
    }
}
