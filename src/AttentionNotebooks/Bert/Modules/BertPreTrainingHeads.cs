using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The heads of BERT's pre-training: masked words and, where the checkpoint has it, pairs of segments.</summary>
/// <remarks>Devlin et al. (2019), section 3.1, tasks 1 and 2.</remarks>
internal sealed class BertPreTrainingHeads : nn.Module
{
    private readonly BertLMPredictionHead predictions;
    private readonly Linear? seq_relationship;

    internal BertPreTrainingHeads(BertConfig config, bool withPairHead, Device? device) : base(nameof(BertPreTrainingHeads))
    {
        predictions = new BertLMPredictionHead(config, device);
        seq_relationship = withPairHead ? nn.Linear(config.HiddenSize, 2, device: device) : null;
        RegisterComponents();
    }

    /// <summary>The masked-LM head.</summary>
    public BertLMPredictionHead Predictions => predictions;

    /// <summary>Predicts from the pooled state <c>[B, D]</c> whether the second segment follows the first (0) or is from elsewhere (1),
    /// <c>[B, 2]</c>; <see langword="null"/> where the checkpoint has none.</summary>
    public Linear? Pairs => seq_relationship;
}
