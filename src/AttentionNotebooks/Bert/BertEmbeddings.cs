using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Word, position and segment embeddings, summed and normalised. E is their width.</summary>
/// <remarks>Devlin et al. (2019), section 3, figure 2. Models without segments (DistilBERT) have no table of them.</remarks>
public sealed class BertEmbeddings : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly EmbeddingTable word_embeddings, position_embeddings;
    private readonly EmbeddingTable? token_type_embeddings;
    private readonly LayerNorm LayerNorm;
    private readonly int tokens;
    private readonly Scalar? padding;

    internal BertEmbeddings(BertConfig config, Device? device) : base(nameof(BertEmbeddings))
    {
        tokens = config.MaxTokens;
        padding = config.PositionPaddingId is { } id ? (Scalar)id : null;
        word_embeddings = new EmbeddingTable(config.VocabSize, config.EmbeddingWidth, device);
        position_embeddings = new EmbeddingTable(config.MaxPositionEmbeddings, config.EmbeddingWidth, device);
        token_type_embeddings = config.TypeVocabSize > 0 ? new EmbeddingTable(config.TypeVocabSize, config.EmbeddingWidth, device) : null;
        LayerNorm = nn.LayerNorm([config.EmbeddingWidth], config.LayerNormEps, device: device);
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
        if (length > tokens) throw new ArgumentException($"{length} tokens, but the model has {tokens} positions; encode with a shorter maximum length", nameof(ids));
        using var scope = NewDisposeScope();
        var words = word_embeddings.forward(ids);                              // [B, T, E]
        var sum = token_type_embeddings is null ? words : words.Plus(token_type_embeddings.forward(segments));
        return LayerNorm.forward(sum.Plus(Positions(ids))).MoveToOuterDisposeScope(); // [B, T, E]
    }

    private Tensor Positions(Tensor ids)
    {
        if (padding is null) return position_embeddings.Weight.narrow(0, 0, ids.shape[1]); // [T, E]
        var own = ids.ne(padding).to_type(ScalarType.Int64);                   // [B, T]
        return position_embeddings.forward(own.cumsum(1).mul(own).Plus(padding)); // [B, T, E]
    }
}
