using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Heads removed from a model, as hooks of its forward pass: the weights stay as they are, and gradients flow. Any
/// heads together: one, a layer, a cluster, or all but a cluster.
/// </summary>
public sealed class Ablation
{
    private readonly HeadGrid _grid;
    private readonly float[]?[] _kept;  // [layer][head]: 1 stays, 0 goes; null where the whole layer stays
    private readonly float[]?[] _means; // [layer][H · d]: what is said instead, 0 at heads that stay

    /// <summary>Chooses the heads.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="heads">The heads to remove; none leaves the model as it is.</param>
    /// <param name="mode">What is put in their place.</param>
    /// <param name="means">The mean outputs; needed by <see cref="AblationMode.Mean"/> only.</param>
    /// <exception cref="InputException">The model has no such head, the means are missing, or they are of other heads.</exception>
    public Ablation(HeadGrid grid, IEnumerable<Head> heads, AblationMode mode, HeadMeans? means = null)
    {
        Mode = mode;
        Heads = [.. heads.Select(grid.PositionOf).Distinct().Order().Select(p => grid[p])];
        (_grid, _kept, _means) = (grid, new float[]?[grid.Layers], new float[]?[grid.Layers]);
        if (mode == AblationMode.Mean && means is null)
            throw new InputException("ablation by the mean", null, "lacks the heads' mean outputs",
                "Compute them with HeadMeans.Compute over a reference corpus");
        if (mode == AblationMode.Mean && means!.Grid != grid)
            throw new InputException("the heads' mean outputs", null, $"are of {means.Grid} heads, the model has {grid}",
                "Compute them with the same model");
        foreach (var head in Heads)
        {
            var kept = _kept[head.Layer] ??= [.. Enumerable.Repeat(1f, grid.Heads)];
            kept[head.Index] = 0;
            if (mode != AblationMode.Mean) continue;
            var said = _means[head.Layer] ??= new float[grid.Heads * means!.HeadSize];
            for (int d = 0; d < means!.HeadSize; d++) said[head.Index * means.HeadSize + d] = (float)means[head][d];
        }
    }

    /// <summary>The heads that are removed, in the grid's order.</summary>
    public IReadOnlyList<Head> Heads { get; }

    /// <summary>What is put in their place.</summary>
    public AblationMode Mode { get; }

    /// <summary>The lowest layer that changes; the number of layers where none does.</summary>
    public int LowestLayer => Heads.Count == 0 ? _grid.Layers : Heads[0].Layer;

    /// <summary>The hooks that take the heads out.</summary>
    /// <param name="resume">Where the pass begins, if not at the first layer: <see cref="AttentionHooks.Resume"/>, at
    /// <see cref="LowestLayer"/> or below.</param>
    public AttentionHooks Hooks((int Layer, Tensor States)? resume = null) => Mode == AblationMode.Uniform
        // Equal scores make equal weights over exactly the keys that the padding mask leaves.
        ? new AttentionHooks { EditScores = Silenced, Resume = resume }
        : new AttentionHooks { EditHeads = Replaced, Resume = resume };

    private Tensor Silenced(int layer, Tensor values) => _kept[layer] is { } kept ? values.mul(Row(kept, values)) : values;

    private Tensor Replaced(int layer, Tensor heads)
    {
        var silenced = Silenced(layer, heads);
        return _means[layer] is { } means ? silenced.Plus(Row(means, heads)) : silenced;
    }

    // [1, H, 1, 1] or [1, H, 1, d].
    private Tensor Row(float[] values, Tensor like) =>
        tensor(values, [1, _grid.Heads, 1, values.Length / _grid.Heads], device: like.device).to_type(like.dtype);
}
