using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>BERT with its masked-LM head. The field names are those of BERT checkpoints, so the keys of <c>state_dict</c> are
/// too.</summary>
public sealed class BertForMaskedLM : nn.Module
{
    private readonly BertModel bert;
    private readonly BertPreTrainingHeads? cls;

    /// <summary>Builds a model with TorchSharp's starting weights.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="withPooler">Whether to build the pooler.</param>
    /// <param name="withHead">Whether to build the masked-LM head; without it there are no logits.</param>
    /// <param name="device">Where the weights live; the CPU unless given.</param>
    /// <param name="residualScale">α, the weight of every residual connection: 1 in BERT, more while a DeepNorm model is trained.</param>
    /// <param name="withPairHead">Whether to build the head for pairs of segments; it needs the other head and the pooler.</param>
    /// <exception cref="InputException">The configuration describes no model that can be built.</exception>
    public BertForMaskedLM(BertConfig config, bool withPooler = false, bool withHead = true, Device? device = null,
        double residualScale = 1, bool withPairHead = false) : base(nameof(BertForMaskedLM))
    {
        bert = new BertModel(config, withPooler, device, residualScale);
        cls = withHead ? new BertPreTrainingHeads(config, withPairHead, device) : null;
        RegisterComponents();
    }

    /// <summary>The model under the head.</summary>
    public BertModel Bert => bert;

    /// <summary>The sizes.</summary>
    public BertConfig Config => bert.Config;

    /// <summary>Whether the model can give logits.</summary>
    public bool HasHead => cls is not null;

    /// <summary>Whether the model can predict whether two segments belong together.</summary>
    public bool HasPairHead => cls?.Pairs is not null && bert.Pooler is not null;

    /// <summary>Where the weights live.</summary>
    public Device Device => bert.Embeddings.WordEmbeddings.device;

    /// <summary>Lets all but the embeddings compute in another number format.</summary>
    internal void LayersTo(ScalarType format)
    {
        bert.Encoder.to(format);
        bert.Pooler?.to(format);
        cls?.to(format);
    }

    /// <summary>A score for every entry of the vocabulary at every token.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; all 0 when <see langword="null"/>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>.</param>
    /// <param name="hooks">Edits and watchers, if any.</param>
    /// <returns>Logits <c>[B, T, V]</c>; the caller owns them.</returns>
    /// <exception cref="ArgumentException">The shapes disagree, or T exceeds the model's positions.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint has no masked-LM head.</exception>
    public Tensor forward(Tensor ids, Tensor? segments = null, Tensor? mask = null, AttentionHooks? hooks = null)
    {
        using var hidden = bert.forward(ids, segments, mask, hooks);
        return Logits(hidden);
    }

    /// <summary>A score for every entry of the vocabulary at chosen hidden states, such as those of the masked tokens only.</summary>
    /// <param name="hidden">Hidden states <c>[…, D]</c>.</param>
    /// <returns>Logits <c>[…, V]</c>; the caller owns them.</returns>
    /// <exception cref="InvalidOperationException">The checkpoint has no masked-LM head.</exception>
    public Tensor Logits(Tensor hidden)
    {
        if (cls is null)
            throw new InvalidOperationException(
                "This checkpoint has no masked-LM head (cls.predictions.*), so it can say nothing about words. Take one that has, such as "
                    + "bert-base-uncased.");
        return cls.Predictions.forward(hidden, bert.Embeddings.WordEmbeddings);
    }

    /// <summary>Whether the second segment of each input follows the first in running text.</summary>
    /// <param name="hidden">The last layer's hidden states <c>[B, T, D]</c>.</param>
    /// <returns>Logits <c>[B, 2]</c>: 0 it follows, 1 it is from elsewhere; the caller owns them.</returns>
    /// <exception cref="InvalidOperationException">The checkpoint has no head for pairs.</exception>
    public Tensor PairLogits(Tensor hidden)
    {
        if (!HasPairHead)
            throw new InvalidOperationException(
                "This checkpoint has no head for pairs of segments (cls.seq_relationship.* and bert.pooler.*). Take one that has, such as "
                    + "bert-base-uncased.");
        using var pooled = bert.Pooler!.forward(hidden);
        return cls!.Pairs!.forward(pooled);
    }
}
