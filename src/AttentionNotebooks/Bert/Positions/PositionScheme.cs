using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// How a model knows where a token stands: by something added to the word embeddings, by something added to the scores of
/// attention, or by both. A family names its scheme; the encoder asks the scheme for the two parts.
/// </summary>
internal abstract class PositionScheme
{
    /// <summary>A learnt vector for every position, as in BERT.</summary>
    public static PositionScheme Absolute { get; } = new AbsolutePositions();

    /// <summary>What is added to the word embeddings, or <see langword="null"/> where nothing is.</summary>
    public virtual PositionEmbedding? Embedding(BertConfig config, Device? device) => new LearntPositions(config, device);

    /// <summary>What is added to the scores of every layer, or <see langword="null"/> where nothing is.</summary>
    public virtual ScoreBias? Bias(BertConfig config, Device? device) => null;

    private sealed class AbsolutePositions : PositionScheme;
}

/// <summary>What is added to the word embeddings for the places of tokens.</summary>
internal abstract class PositionEmbedding(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The vectors of the positions of tokens.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <returns><c>[T, E]</c>, or <c>[B, T, E]</c> where padding has no position.</returns>
    public abstract override Tensor forward(Tensor ids);
}

/// <summary>What is added to the scores q·k/√d for the places of query and key. All layers of a pass share it.</summary>
internal abstract class ScoreBias(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The bias of a batch.</summary>
    /// <param name="hidden">The states that enter layer 0, <c>[B, T, D]</c>: they say T, the device and the number format.</param>
    /// <returns><c>[1, H, T, T]</c> or <c>[B, H, T, T]</c>; the caller owns it.</returns>
    public abstract override Tensor forward(Tensor hidden);
}
