using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Multi-head self-attention whose queries and keys are turned by their places. One matrix holds the weights of queries, keys
/// and values, and a layer may see only keys near the query.
/// </summary>
/// <remarks>
/// Su et al. (2021), "RoFormer", section 3.2.2; the window is that of Beltagy et al. (2020), "Longformer", section 3.1. A map of a
/// layer with a window is computed whole, <c>[B, H, T, T]</c>, and is 0 outside it.
/// </remarks>
internal sealed class RotaryAttention : nn.Module
{
    private readonly Linear Wqkv, Wo;
    private readonly Rotary rotary;
    private readonly int? window;
    private readonly int heads, headSize;
    private readonly Scalar scale;

    /// <param name="config">The model.</param>
    /// <param name="rotaryBase">θ of the rotation.</param>
    /// <param name="window">How far from its query a key may be, in tokens; no limit where <see langword="null"/>.</param>
    /// <param name="bias">Whether both maps add something.</param>
    /// <param name="device">Where the weights live; the CPU unless given.</param>
    internal RotaryAttention(BertConfig config, double rotaryBase, int? window, bool bias, Device? device) : base(nameof(RotaryAttention))
    {
        (heads, headSize, this.window) = (config.NumAttentionHeads, config.HeadSize, window);
        scale = 1.0 / Math.Sqrt(headSize);
        rotary = new Rotary(rotaryBase, headSize);
        Wqkv = nn.Linear(config.HiddenSize, 3L * config.HiddenSize, bias, device);
        Wo = nn.Linear(config.HiddenSize, config.HiddenSize, bias, device);
        RegisterComponents();
    }

    /// <summary>The number format of the weights.</summary>
    public ScalarType DataType => Wqkv.weight.dtype;

    /// <summary>W^O (<see cref="EncoderLayer.OutputWeight"/>).</summary>
    public Parameter OutputWeight => Wo.weight;

    /// <summary>The queries' part of the weights (<see cref="EncoderLayer.QueryParameters"/>).</summary>
    public IReadOnlyList<Tensor> QueryParameters =>
        [.. new Tensor?[] { Wqkv.weight, Wqkv.bias }.OfType<Tensor>().Select(p => p.narrow(0, 0, Size))];

    private long Size => (long)heads * headSize;

    /// <summary>Attends and mixes the heads.</summary>
    /// <param name="hidden">Hidden states <c>[B, T, D]</c>.</param>
    /// <param name="padding">True at padded keys, <c>[B, 1, 1, T]</c>, or <see langword="null"/> where nothing is padded.</param>
    /// <param name="layer">The layer's number, for the hooks.</param>
    /// <param name="hooks">Edits, if any.</param>
    /// <returns><c>[B, T, D]</c>.</returns>
    public Tensor forward(Tensor hidden, Tensor? padding, int layer, AttentionHooks? hooks)
    {
        using var scope = NewDisposeScope();
        var parts = Project(hidden, 0, 3);                                     // [3, B, H, T, d]
        var v = parts[2];
        hooks?.OnValues?.Invoke(layer, v);
        var probabilities = Probabilities(parts.narrow(0, 0, 2), padding, layer, hooks); // [B, H, T, T]
        return Wo.forward(HookedAttention.Outputs(probabilities, v, layer, hooks)).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the probabilities alone (<see cref="EncoderLayer.Visit"/>).</summary>
    public void Visit(Tensor hidden, Tensor? padding, int layer, AttentionHooks hooks)
    {
        using var scope = NewDisposeScope();
        if (hooks.OnValues is { } onValues) onValues(layer, Project(hidden, 2, 1)[0]);
        Probabilities(Project(hidden, 0, 2), padding, layer, hooks);
    }

    private Tensor Probabilities(Tensor queriesAndKeys, Tensor? padding, int layer, AttentionHooks? hooks)
    {
        using var scope = NewDisposeScope();
        var turned = rotary.Turn(queriesAndKeys);                              // [2, B, H, T, d]
        var scores = turned[0].matmul(turned[1].transpose(-2, -1)).mul_(scale); // [B, H, T, T]
        return HookedAttention.Probabilities(scores, Unseen(scores, padding), layer, hooks).MoveToOuterDisposeScope();
    }

    // True at keys that a query may not see. The window of a padded query may hold only padding, and a softmax over no key is NaN. So
    // padded queries see every token; their rows mean nothing.
    private Tensor? Unseen(Tensor scores, Tensor? padding)
    {
        long length = scores.shape[^1];
        if (window is not { } far || far >= length - 1) return padding;
        var all = ones(length, length, ScalarType.Bool, scores.device);
        var outside = all.triu(far + 1).logical_or(all.tril(-far - 1));        // [T, T]
        return padding is null ? outside
            : outside.logical_and(padding.logical_not().transpose(-1, -2)).logical_or(padding); // [B, 1, T, T]
    }

    // Of queries (0), keys (1) and values (2) the asked ones, [count, B, H, T, d].
    private Tensor Project(Tensor hidden, int first, int count)
    {
        using var scope = NewDisposeScope();
        var weight = Wqkv.weight.narrow(0, first * Size, count * Size);
        var all = nn.functional.linear(hidden, weight, Wqkv.bias?.narrow(0, first * Size, count * Size)); // [B, T, count·D]
        return all.view(hidden.shape[0], hidden.shape[1], count, heads, headSize).permute(2, 0, 3, 1, 4).MoveToOuterDisposeScope();
    }
}
