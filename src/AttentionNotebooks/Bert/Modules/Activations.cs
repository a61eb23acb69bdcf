using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Approximate = TorchSharp.Modules.GELU.Approximate;

namespace AttentionNotebooks;

/// <summary>
/// The activations that <c>hidden_act</c> can name. They overwrite what they are given unless its gradient is wanted: in a
/// layer that is the widest tensor, and another one beside it is another way through memory.
/// </summary>
internal static class Activations
{
    /// <summary>The function of that name; <see cref="BertConfig.Check"/> has refused any other.</summary>
    public static Func<Tensor, Tensor> Named(string name) => name switch
    {
        "gelu" => x => functional.gelu(x, Approximate.none, !x.requires_grad),
        "gelu_new" => x => functional.gelu(x, Approximate.tanh, !x.requires_grad),
        "relu" => x => functional.relu(x, !x.requires_grad),
        _ => throw new ArgumentException($"unknown activation {name}", nameof(name)),
    };
}
