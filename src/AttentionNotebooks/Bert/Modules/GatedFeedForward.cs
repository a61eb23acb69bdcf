using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The feed-forward half with a gate: W_o(activation(a)·b), where a and b are the two halves of W_i·x.</summary>
/// <remarks>Shazeer (2020), "GLU Variants Improve Transformer", section 2; with gelu it is called GeGLU.</remarks>
internal sealed class GatedFeedForward : nn.Module<Tensor, Tensor>
{
    private readonly Linear Wi, Wo;
    private readonly Func<Tensor, Tensor> activation;

    internal GatedFeedForward(BertConfig config, bool bias, Device? device) : base(nameof(GatedFeedForward))
    {
        Wi = nn.Linear(config.HiddenSize, 2L * config.IntermediateSize, bias, device);
        Wo = nn.Linear(config.IntermediateSize, config.HiddenSize, bias, device);
        activation = Activations.Named(config.HiddenAct);
        RegisterComponents();
    }

    /// <summary>Widens, gates and narrows.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public override Tensor forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var halves = Wi.forward(hidden).chunk(2, -1);                          // [B, T, F] each
        return Wo.forward(activation(halves[0]).mul(halves[1])).MoveToOuterDisposeScope();
    }
}
