using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert;

/// <summary>The heads for pre-training, of which only the masked-LM one is kept.</summary>
public sealed class BertOnlyMLMHead : nn.Module
{
    private readonly BertLMPredictionHead predictions;

    internal BertOnlyMLMHead(BertConfig config, Device? device) : base(nameof(BertOnlyMLMHead))
    {
        predictions = new BertLMPredictionHead(config, device);
        RegisterComponents();
    }

    /// <summary>The masked-LM head.</summary>
    public BertLMPredictionHead Predictions => predictions;
}
