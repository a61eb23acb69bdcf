using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// How a task's loss answers to heads, without changing the model: derivatives of each item's loss, taken at the untouched
/// model. An item's loss is the mean over its questions. The model's own gradients are neither computed nor touched.
/// </summary>
public static class HeadGradients
{
    /// <summary>
    /// ∂L(x)/∂ξ_h for every item x and head h, where ξ_h = 1 weighs the head's output. Michel et al. 2019, §4.1:
    /// I_h = E_x |∂L(x)/∂ξ_h|. Every item has gates of its own, so that one backward pass of a batch gives every item's.
    /// </summary>
    /// <param name="task">The task. Where an item has several texts, its gate is on the head in all of them.</param>
    /// <param name="progress">Reports after each batch, in items.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns><c>[item][head position]</c>, signed, in nats per unit of the gate.</returns>
    /// <exception cref="InvalidOperationException">The task runs another number of texts than it has items, or not every layer of that many
    /// heads.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static double[][] ComputeGates(IModelTask task, IProgress<VisitProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        var grid = task.Grid;
        var result = new double[task.Count][];
        Each(task, progress, cancellation, (batch, leaves) => new AttentionHooks
        {
            EditHeads = (layer, heads) =>
            {
                var gate = leaves.Keep(layer, ones(batch.Length, heads.shape[1], device: heads.device), heads.shape[0]); // [n, H]
                var ofRows = gate.unsqueeze(1).expand(-1, task.TextsPerItem, -1).reshape(heads.shape[0], heads.shape[1]);
                return heads.mul(ofRows.to_type(heads.dtype).unsqueeze(-1).unsqueeze(-1));
            },
        }, (batch, layer, gradient) =>
        {
            var values = gradient.Floats();
            for (int i = 0; i < values.Length; i++)
                (result[batch[i / grid.Heads]] ??= new double[grid.Count])[layer * grid.Heads + i % grid.Heads] = values[i];
        });
        return result;
    }

    /// <summary>
    /// The mean of |∂L(x)/∂α_ij| over all queries i and the keys j of a kind, for every item and head: Clark et al. 2019, §3.2,
    /// "gradient-based measures of feature importance". The weights α are taken as free, not bound to sum to 1.
    /// </summary>
    /// <param name="progress">Reports after each batch, in items.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Per kind of key <c>[item][head position]</c>, in nats per unit of weight; NaN where an item has no such key.</returns>
    /// <exception cref="InvalidOperationException">The task runs another number of texts than it has items, or not every layer of that many
    /// heads.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyDictionary<KeyType, double[][]> ComputeWeights(ITextTask task, IProgress<VisitProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        var grid = task.Grid;
        var result = KeyTypes.All.ToDictionary(t => t, _ => new double[task.Count][]);
        Each(task, progress, cancellation, (batch, leaves) => new AttentionHooks
        {
            // Nothing is added, and what the loss makes of a little more is the gradient.
            EditProbabilities = (layer, weights) => weights.Plus(leaves.Keep(layer, zeros_like(weights), weights.shape[0])),
        }, (batch, layer, gradient) =>
        {
            TokenizedText[] texts = task.TextsOf(batch);
            int perItem = task.TextsPerItem, length = (int)gradient.shape[3];
            // No loss depends on a padded query; padded keys are of no kind.
            var perKey = gradient.abs().sum(dim: 2);                                           // [B, H, T]
            foreach (var type in KeyTypes.All)
            {
                using var scope = NewDisposeScope();
                var marks = tensor(KeyTypes.Marks(texts, length, type), [texts.Length, 1, length], device: gradient.device);
                var sums = perKey.mul(marks).sum(dim: 2).Floats();                             // [B, H]
                var counts = marks.sum(dim: 2).Floats();
                for (int item = 0; item < batch.Length; item++)
                {
                    var own = Enumerable.Range(item * perItem, perItem);
                    double pairs = own.Sum(b => (double)counts[b] * texts[b].Length); // of a query and a key of this kind
                    var values = result[type][batch[item]] ??= new double[grid.Count];
                    for (int h = 0; h < grid.Heads; h++)
                        values[layer * grid.Heads + h] = pairs > 0 ? own.Sum(b => (double)sums[b * grid.Heads + h]) / pairs : double.NaN;
                }
            }
        });
        return result;
    }

    /// <summary>Michel et al.'s importance: the mean over items of the gradient's size, <c>[head position]</c>.</summary>
    /// <param name="gates">What <see cref="ComputeGates"/> gave.</param>
    public static double[] Importance(IReadOnlyList<double[]> gates) =>
        [.. Enumerable.Range(0, gates[0].Length).Select(h => gates.Average(g => Math.Abs(g[h])))];

    /// <summary>An importance with each layer's values brought to length 1 (Michel et al. 2019: ℓ2 norm), so that layers can be compared; a
    /// layer of zeros stays.</summary>
    /// <param name="importance"><c>[head position]</c>.</param>
    /// <param name="grid">The heads.</param>
    public static double[] NormalisedPerLayer(IReadOnlyList<double> importance, HeadGrid grid)
    {
        double Length(int layer) => Math.Sqrt(Enumerable.Range(layer * grid.Heads, grid.Heads).Sum(h => importance[h] * importance[h]));
        double[] lengths = [.. Enumerable.Range(0, grid.Layers).Select(Length)];
        return [.. importance.Select((v, h) => lengths[h / grid.Heads] > 0 ? v / lengths[h / grid.Heads] : 0)];
    }

    private static void Each(IModelTask task, IProgress<VisitProgress>? progress, CancellationToken cancellation,
        Func<int[], Leaves, AttentionHooks> hooks, Action<int[], int, Tensor> take)
    {
        var grid = task.Grid;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        int done = 0;
        foreach (var batch in task.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var leaves = new Leaves(grid, batch.Length * task.TextsPerItem);
            var output = task.Evaluate(batch, hooks(batch, leaves));
            // Items do not touch one another: the gradient of the sum is, for each item's own leaves, that item's.
            var loss = output.Loss.div(output.Targets).sum();
            var gradients = autograd.grad([loss], leaves.All());
            for (int layer = 0; layer < grid.Layers; layer++)
            {
                using var own = NewDisposeScope();
                RequireNumbers(gradients[layer], batch, layer);
                take(batch, layer, gradients[layer]);
            }
            foreach (var gradient in gradients) gradient.Dispose();
            progress?.Report(new VisitProgress(done += batch.Length, task.Count, clock.Elapsed));
        }
    }

    private static void RequireNumbers(Tensor gradient, int[] batch, int layer)
    {
        if (float.IsFinite(gradient.sum().Value<float>())) return;
        int perHead = (int)(gradient.numel() / (gradient.shape[0] * gradient.shape[1])),
            at = Array.FindIndex(gradient.Floats(), v => !float.IsFinite(v));
        if (at < 0) return; // finite, though their sum is not
        long head = at / perHead % gradient.shape[1];
        long row = at / perHead / gradient.shape[1], rowsOfItem = gradient.shape[0] / batch.Length;
        throw new InputException($"item {batch[row / rowsOfItem]}", $"head {new Head(layer, (int)head)}",
            "has a gradient that is NaN or infinite", "Compute in float32, or look at the edits of the attention");
    }

    // What gradients are asked of: one tensor per layer, which outlives the pass that it was made in.
    private sealed class Leaves(HeadGrid grid, int texts) : IDisposable
    {
        private readonly Tensor?[] _tensors = new Tensor?[grid.Layers];

        public Tensor Keep(int layer, Tensor tensor, long rows)
        {
            if (layer >= grid.Layers || _tensors[layer] is not null || rows != texts || tensor.shape[1] != grid.Heads)
                throw new InvalidOperationException(
                    $"a pass of layer {layer} with {rows} texts and {tensor.shape[1]} heads does not fit the items' {texts} texts and "
                        + $"{grid} heads: a gradient per item needs one pass per batch, with the texts of every item");
            return _tensors[layer] = tensor.DetachFromDisposeScope().requires_grad_();
        }

        public Tensor[] All() => [.. _tensors.Select((t, l) => t
            ?? throw new InvalidOperationException($"the task did not run layer {l} of {grid} heads"))];

        public void Dispose()
        {
            foreach (var tensor in _tensors) tensor?.Dispose();
        }
    }
}
