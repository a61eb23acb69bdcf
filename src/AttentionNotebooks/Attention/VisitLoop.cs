using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Takes one layer of a batch from a source.</summary>
/// <param name="layer">The layer, from 0.</param>
/// <param name="probabilities"><c>[B, H, T, T]</c>, float32, rows and columns of padding zero; the source goes on owning them.</param>
/// <param name="valueNorms">The values' norms <c>[B, H, T]</c>, where the visitor needs them and the source has them; given away.</param>
public delegate void LayerReceiver(int layer, Tensor probabilities, Tensor? valueNorms = null);

/// <summary>
/// The one loop of all sources: deals texts into batches, hands the visitor each layer as the source delivers it, reports
/// progress and stops when cancelled. A source only delivers the layers of a batch.
/// </summary>
public static class VisitLoop
{
    /// <summary>Shows every batch of the plan, layer by layer, to the visitor.</summary>
    /// <param name="source">The source: its texts are dealt into batches.</param>
    /// <param name="visitor">What to do with the maps.</param>
    /// <param name="deliver">Delivers the layers of a batch in order from 0.</param>
    /// <param name="options">Batch size and shard; <see cref="VisitOptions.Default"/> when omitted.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="device">Where the maps are; the CPU by default.</param>
    /// <param name="cancellation">Looked at between layers.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run(IAttentionSource source, IAttentionVisitor visitor,
        Action<TextBatch, LayerReceiver> deliver, VisitOptions? options = null,
        IProgress<VisitProgress>? progress = null, Device? device = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        var plan = BatchPlan.Of([.. source.Texts.Select(t => t.Length)], options ?? VisitOptions.Default);
        int done = 0, all = plan.Sum(b => b.Length);
        foreach (int[] indices in plan)
        {
            Batch(source, indices, visitor, deliver, device, cancellation);
            done += indices.Length;
            progress?.Report(new VisitProgress(done, all, clock.Elapsed));
        }
    }

    /// <summary>Shows one batch of texts, layer by layer, to the visitor.</summary>
    internal static void Batch(IAttentionSource source, int[] indices, IAttentionVisitor visitor, Action<TextBatch, LayerReceiver> deliver,
        Device? device = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var batch = new TextBatch([.. indices.Select(i => source.Texts[i])], indices, device);
        using var below = new LayersBelow();
        deliver(batch, (layer, probabilities, valueNorms) =>
        {
            using var ofLayer = NewDisposeScope(); // what the visitor leaves behind
            using var maps = new LayerMaps(batch, layer, probabilities, valueNorms, below);
            cancellation.ThrowIfCancellationRequested();
            visitor.Visit(maps);
        });
    }
}
