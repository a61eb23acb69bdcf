using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Approximate = TorchSharp.Modules.GELU.Approximate;

namespace AttentionNotebooks.Bert;

/// <summary>The activations that <c>hidden_act</c> can name.</summary>
internal static class Activations
{
    /// <summary>The function of that name; <see cref="BertConfig.Check"/> has refused any other.</summary>
    public static Func<Tensor, Tensor> Named(string name) => name switch
    {
        "gelu" => x => functional.gelu(x, Approximate.none, false),
        "gelu_new" => x => functional.gelu(x, Approximate.tanh, false),
        "relu" => x => x.relu(),
        _ => throw new ArgumentException($"unknown activation {name}", nameof(name)),
    };
}
