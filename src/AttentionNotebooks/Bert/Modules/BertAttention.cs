using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The attention half of a layer.</summary>
internal sealed class BertAttention : nn.Module
{
    private readonly BertSelfAttention self;
    private readonly BertSelfOutput output;

    internal BertAttention(BertConfig config, Device? device, double residualScale) : base(nameof(BertAttention))
    {
        self = new BertSelfAttention(config, device);
        output = new BertSelfOutput(config, device, residualScale);
        RegisterComponents();
    }

    /// <summary>The self-attention itself.</summary>
    public BertSelfAttention Self => self;

    /// <summary>What mixes the heads.</summary>
    public BertSelfOutput Output => output;

    /// <summary>Attends, mixes the heads, adds and normalises.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="layer">The layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <param name="bias">Added to the scores for the places of query and key, <c>[1, H, T, T]</c>, or <see langword="null"/>.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public Tensor forward(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks, Tensor? bias = null)
    {
        using var context = self.forward(hidden, padding, layer, hooks, bias);
        return output.forward(context, hidden);
    }
}
