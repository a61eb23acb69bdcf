using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A vector for every position: learnt in BERT, fixed in some DistilBERTs, whose files hold them too. Positions count from 0,
/// or, where padding has an id of its own, from that id + 1 (RoBERTa).
/// </summary>
/// <remarks>Devlin et al. (2019), section 3.</remarks>
internal sealed class LearntPositions : PositionEmbedding
{
    private readonly Parameter weight;
    // Not Scalars.One: ids are integers, and a sum of integers takes no floating-point factor.
    private static readonly Scalar WholeOne = 1L;

    private readonly Scalar? padding;

    internal LearntPositions(BertConfig config, Device? device) : base(nameof(LearntPositions))
    {
        padding = config.PositionPaddingId is { } id ? (Scalar)id : null;
        weight = new Parameter(randn(config.MaxPositionEmbeddings, config.EmbeddingWidth, device: device));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor ids)
    {
        if (padding is null) return weight.narrow(0, 0, ids.shape[1]); // [T, E]
        using var scope = NewDisposeScope();
        var own = ids.ne(padding).to_type(ScalarType.Int64);                   // [B, T]
        var at = own.cumsum(1).mul(own).add(padding, WholeOne);               // [B, T]
        return weight.index_select(0, at.reshape(-1)).view(ids.shape[0], ids.shape[1], -1).MoveToOuterDisposeScope();
    }
}
