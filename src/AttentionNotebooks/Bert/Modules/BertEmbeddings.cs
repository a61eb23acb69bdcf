using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Word, position and segment embeddings, summed and normalised. E is their width.</summary>
/// <remarks>Devlin et al. (2019), section 3, figure 2. Some models have no table of segments, and some none of positions.</remarks>
internal sealed class BertEmbeddings : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly EmbeddingTable word_embeddings;
    private readonly PositionEmbedding? position_embeddings;
    private readonly EmbeddingTable? token_type_embeddings;
    private readonly LayerNorm LayerNorm;
    private readonly int tokens;

    internal BertEmbeddings(BertConfig config, Device? device) : base(nameof(BertEmbeddings))
    {
        tokens = config.MaxTokens;
        word_embeddings = new EmbeddingTable(config.VocabSize, config.EmbeddingWidth, device);
        position_embeddings = config.Family.Positions.Embedding(config, device);
        token_type_embeddings = config.TypeVocabSize > 0 ? new EmbeddingTable(config.TypeVocabSize, config.EmbeddingWidth, device) : null;
        LayerNorm = nn.LayerNorm([config.EmbeddingWidth], config.LayerNormEps, bias: config.NormBias, device: device);
        RegisterComponents();
    }

    /// <summary>The word embeddings <c>[V, E]</c>; the masked-LM head uses them again as its output weights.</summary>
    public Parameter WordEmbeddings => word_embeddings.Weight;

    /// <summary>Embeds tokens.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; without effect where the model has none.</param>
    /// <returns><c>[B, T, E]</c>.</returns>
    /// <exception cref="ArgumentException">T exceeds the model's positions.</exception>
    public override Tensor forward(Tensor ids, Tensor segments)
    {
        long length = ids.shape[1];
        if (length > tokens)
            throw new ArgumentException($"{length} tokens, but the model has {tokens} positions; encode with a shorter maximum length",
                nameof(ids));
        using var scope = NewDisposeScope();
        var words = word_embeddings.forward(ids);                              // [B, T, E]
        var sum = token_type_embeddings is null ? words : words.Plus(token_type_embeddings.forward(segments));
        if (position_embeddings is not null) sum = sum.Plus(position_embeddings.forward(ids));
        return LayerNorm.forward(sum).MoveToOuterDisposeScope();              // [B, T, E]
    }
}
