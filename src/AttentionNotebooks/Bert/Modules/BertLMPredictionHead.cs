using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The masked-LM head: transform, then a score for every entry of the vocabulary with the word embeddings as weights.</summary>
/// <remarks>Devlin et al. (2019), section 3.1, task 1; the weights are tied as in the original code.</remarks>
internal sealed class BertLMPredictionHead : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly BertPredictionHeadTransform transform;
    private readonly Parameter? bias;

    internal BertLMPredictionHead(BertConfig config, Device? device) : base(nameof(BertLMPredictionHead))
    {
        transform = new BertPredictionHeadTransform(config, device);
        bias = config.DecoderBias ? new Parameter(zeros(config.VocabSize, device: device)) : null;
        RegisterComponents();
    }

    /// <summary>Scores the vocabulary.</summary>
    /// <param name="hidden">Hidden states <c>[…, D]</c>.</param>
    /// <param name="wordEmbeddings"><c>[V, E]</c>.</param>
    /// <returns>Logits <c>[…, V]</c>.</returns>
    public override Tensor forward(Tensor hidden, Tensor wordEmbeddings)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(transform.forward(hidden), wordEmbeddings.to_type(hidden.dtype), bias).MoveToOuterDisposeScope();
    }
}
