using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The stack of layers.</summary>
internal sealed class BertEncoder : nn.Module
{
    private readonly ModuleList<EncoderLayer> layer;
    private readonly ScoreBias? score_bias;
    private readonly LayerNorm? final_norm;

    internal BertEncoder(BertConfig config, Device? device, double residualScale) : base(nameof(BertEncoder))
    {
        layer = new ModuleList<EncoderLayer>([.. Enumerable.Range(0, config.NumHiddenLayers)
            .Select(number => config.Family.Layer(config, number, device, residualScale))]);
        score_bias = config.Family.Positions.Bias(config, device);
        final_norm = config.Family.NormsAtTheEnd
            ? nn.LayerNorm([config.HiddenSize], config.LayerNormEps, bias: config.NormBias, device: device) : null;
        RegisterComponents();
    }

    /// <summary>The layers, from 0.</summary>
    public IReadOnlyList<EncoderLayer> Layers => [.. layer];

    /// <summary>W^O of a layer, <c>[D, D]</c>.</summary>
    internal Tensor OutputWeight(int number) => layer[number].OutputWeight;

    /// <summary>Whether places of query and key are part of the scores, beside q·k.</summary>
    internal bool HasScoreBias => score_bias is not null;

    /// <summary>The number format that the layers compute in.</summary>
    internal ScalarType DataType => layer[0].DataType;

    /// <summary>Runs all layers.</summary>
    /// <param name="hidden">The embeddings <c>[B, T, D]</c>; not disposed.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <param name="states">Where given, each layer's result is added to it and left to the caller.</param>
    /// <returns>The last layer's hidden states <c>[B, T, D]</c>, behind the normalisation at the end where the model has one.</returns>
    /// <exception cref="ArgumentException">The hooks resume at a layer that is not there, or with states of another shape.</exception>
    public Tensor forward(Tensor hidden, Tensor? padding, AttentionHooks? hooks, IList<Tensor>? states = null)
    {
        using var bias = score_bias?.forward(hidden);
        var last = Run(hidden, padding, bias, hooks, layer.Count, states);
        if (final_norm is null) return last;
        using (last)
        {
            var normed = final_norm.forward(last);
            if (states is not null) states[^1] = normed;
            return normed;
        }
    }

    /// <summary>Runs the layers for their probabilities only: of the last one nothing but queries and keys, and values where a hook wants
    /// them, is computed.</summary>
    /// <param name="hidden">The embeddings <c>[B, T, D]</c>; not disposed.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/>.</param>
    /// <param name="hooks">Edits, and what receives the probabilities.</param>
    /// <param name="layers">How many layers to run, from layer 0 on.</param>
    /// <exception cref="ArgumentException">The hooks resume at a layer that is not there, or with states of another shape.</exception>
    public void Visit(Tensor hidden, Tensor? padding, AttentionHooks hooks, int layers)
    {
        int last = layers - 1;
        using var bias = score_bias?.forward(hidden);
        var current = Run(hidden, padding, bias, hooks, last, null);
        hooks.OnStates?.Invoke(last, current);
        layer[last].Visit(current, padding, last, hooks, bias);
        if (!ReferenceEquals(current, hidden) && !ReferenceEquals(current, hooks.Resume?.States)) current.Dispose();
    }

    // The layers up to, but without, the end; what entered the first of them is the caller's and is not disposed.
    private Tensor Run(Tensor hidden, Tensor? padding, Tensor? bias, AttentionHooks? hooks, int end, IList<Tensor>? states)
    {
        var (first, entering) = hooks?.Resume ?? (0, hidden);
        if (first < 0 || first >= layer.Count || first > end)
            throw new ArgumentException($"there is no layer {first} to resume at: {Math.Min(end + 1, layer.Count)} are run", nameof(hooks));
        if (!entering.shape.SequenceEqual(hidden.shape))
            throw new ArgumentException(
                $"the states to resume with are [{string.Join(", ", entering.shape)}], not [{string.Join(", ", hidden.shape)}] like the "
                    + $"input's", nameof(hooks));
        var current = entering;
        for (int i = first; i < end; i++)
        {
            hooks?.OnStates?.Invoke(i, current);
            var next = layer[i].forward(current, padding, i, hooks, bias);
            if (i > first && states is null) current.Dispose();
            states?.Add(next);
            current = next;
        }
        return current;
    }
}
