using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A row of weights for every entry. TorchSharp's own <c>Embedding</c> makes a new handle on its weights whenever they
/// are asked for; here the masked-LM head and the training share one.
/// </summary>
internal sealed class EmbeddingTable : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    internal EmbeddingTable(long entries, long width, Device? device) : base(nameof(EmbeddingTable))
    {
        weight = new Parameter(randn(entries, width, device: device));
        RegisterComponents();
    }

    /// <summary>The rows, <c>[entries, width]</c>.</summary>
    public Parameter Weight => weight;

    /// <summary>Looks rows up.</summary>
    /// <param name="ids">Entries <c>[B, T]</c>, int64.</param>
    /// <returns><c>[B, T, width]</c>.</returns>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return weight.index_select(0, ids.reshape(-1)).view(ids.shape[0], ids.shape[1], -1).MoveToOuterDisposeScope();
    }
}
