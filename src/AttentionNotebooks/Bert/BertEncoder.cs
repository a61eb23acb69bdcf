using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks.Bert;

/// <summary>The stack of layers.</summary>
public sealed class BertEncoder : nn.Module
{
    private readonly ModuleList<BertLayer> layer;

    internal BertEncoder(BertConfig config, Device? device, double residualScale) : base(nameof(BertEncoder))
    {
        layer = new ModuleList<BertLayer>([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new BertLayer(config, device, residualScale))]);
        RegisterComponents();
    }

    /// <summary>The layers, from 0.</summary>
    public IReadOnlyList<BertLayer> Layers => [.. layer];

    /// <summary>The number format that the layers compute in.</summary>
    internal ScalarType DataType => layer[0].Attention.Self.DataType;

    /// <summary>Runs all layers.</summary>
    /// <param name="hidden">The embeddings <c>[B, T, D]</c>; not disposed.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <param name="states">Where given, each layer's result is added to it and left to the caller.</param>
    /// <returns>The last layer's hidden states <c>[B, T, D]</c>.</returns>
    public Tensor forward(Tensor hidden, Tensor? padding, AttentionHooks? hooks, ICollection<Tensor>? states = null)
    {
        var current = hidden;
        for (int i = 0; i < layer.Count; i++)
        {
            var next = layer[i].forward(current, padding, i, hooks);
            if (i > 0 && states is null) current.Dispose();
            states?.Add(next);
            current = next;
        }
        return current;
    }

    /// <summary>Runs the layers for their probabilities only: of the last one nothing but queries and keys, and values where a hook wants them, is computed.</summary>
    /// <param name="hidden">The embeddings <c>[B, T, D]</c>; not disposed.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="hooks">Edits, and who is told the probabilities.</param>
    /// <param name="layers">How many layers to run, from layer 0 on.</param>
    public void Visit(Tensor hidden, Tensor? padding, AttentionHooks hooks, int layers)
    {
        var current = hidden;
        int last = layers - 1;
        for (int i = 0; i < last; i++)
        {
            var next = layer[i].forward(current, padding, i, hooks);
            if (i > 0) current.Dispose();
            current = next;
        }
        if (hooks.OnValues is not null) layer[last].Attention.Self.Values(current, last, hooks).Dispose();
        layer[last].Attention.Self.Probabilities(current, padding, last, hooks).Dispose();
        if (last > 0) current.Dispose();
    }
}
