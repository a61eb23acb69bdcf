using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The widening step of the feed-forward half: activation(dense(x)).</summary>
internal sealed class BertIntermediate : nn.Module<Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly Func<Tensor, Tensor> activation;

    internal BertIntermediate(BertConfig config, Device? device) : base(nameof(BertIntermediate))
    {
        dense = nn.Linear(config.HiddenSize, config.IntermediateSize, device: device);
        activation = Activations.Named(config.HiddenAct);
        RegisterComponents();
    }

    /// <summary>Widens.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <returns><c>[B, T, F]</c>.</returns>
    public override Tensor forward(Tensor hidden)
    {
        using var wide = dense.forward(hidden);
        return activation(wide);
    }
}
