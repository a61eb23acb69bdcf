using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert;

/// <summary>Word, position and segment embeddings, summed and normalised.</summary>
/// <remarks>Devlin et al. (2019), section 3, figure 2.</remarks>
public sealed class BertEmbeddings : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly EmbeddingTable word_embeddings, position_embeddings, token_type_embeddings;
    private readonly LayerNorm LayerNorm;
    private readonly int positions;

    internal BertEmbeddings(BertConfig config, Device? device) : base(nameof(BertEmbeddings))
    {
        positions = config.MaxPositionEmbeddings;
        word_embeddings = new EmbeddingTable(config.VocabSize, config.HiddenSize, device);
        position_embeddings = new EmbeddingTable(config.MaxPositionEmbeddings, config.HiddenSize, device);
        token_type_embeddings = new EmbeddingTable(config.TypeVocabSize, config.HiddenSize, device);
        LayerNorm = nn.LayerNorm([config.HiddenSize], config.LayerNormEps, device: device);
        RegisterComponents();
    }

    /// <summary>The word embeddings <c>[V, D]</c>; the masked-LM head uses them again as its output weights.</summary>
    public Parameter WordEmbeddings => word_embeddings.Weight;

    /// <summary>Embeds tokens.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64.</param>
    /// <returns>Hidden states <c>[B, T, D]</c>.</returns>
    /// <exception cref="ArgumentException">T exceeds the model's positions.</exception>
    public override Tensor forward(Tensor ids, Tensor segments)
    {
        long length = ids.shape[1];
        if (length > positions) throw new ArgumentException($"{length} tokens, but the model has {positions} positions; encode with a shorter maximum length", nameof(ids));
        using var scope = NewDisposeScope();
        var words = word_embeddings.forward(ids);                              // [B, T, D]
        var places = position_embeddings.Weight.narrow(0, 0, length);         // [T, D]
        var sum = words.add(token_type_embeddings.forward(segments), Scalars.One).add(places, Scalars.One);
        return LayerNorm.forward(sum).MoveToOuterDisposeScope();               // [B, T, D]
    }
}
