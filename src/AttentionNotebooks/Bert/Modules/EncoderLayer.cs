using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>One layer of an encoder: attention and feed-forward, with residuals and normalisations where its kind has them.</summary>
internal abstract class EncoderLayer(string name) : nn.Module(name)
{
    /// <summary>The number format of the weights.</summary>
    public abstract ScalarType DataType { get; }

    /// <summary>W^O, which mixes the heads: <c>[D, D]</c>, from the heads' outputs side by side (columns h·d to (h + 1)·d are head h's) to
    /// hidden states (rows).</summary>
    public abstract Parameter OutputWeight { get; }

    /// <summary>What makes the queries: weight <c>[D, D]</c> and, where there is one, bias <c>[D]</c>, in which rows h·d to (h + 1)·d are
    /// head h's. They share memory with the model's parameters.</summary>
    public abstract IReadOnlyList<Tensor> QueryParameters { get; }

    /// <summary>Runs the layer.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="layer">This layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <param name="bias">Added to the scores for the places of query and key, <c>[1, H, T, T]</c>, or <see langword="null"/>.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public abstract Tensor forward(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks, Tensor? bias = null);

    /// <summary>Computes the probabilities alone, for the hooks that watch them, and values where a hook wants them.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="layer">This layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, and what receives the probabilities.</param>
    /// <param name="bias">Added to the scores for the places of query and key, <c>[1, H, T, T]</c>, or <see langword="null"/>.</param>
    public abstract void Visit(Tensor hidden, Tensor? padding, int layer, AttentionHooks hooks, Tensor? bias = null);
}
