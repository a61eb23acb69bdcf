using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>The mean output of every head over the tokens of a corpus, special tokens counted, padding not: what
/// <see cref="AblationMode.Mean"/> puts in a head's place.</summary>
public sealed class HeadMeans
{
    private readonly double[][] _means; // [layer][H · d]

    private HeadMeans(HeadGrid grid, int headSize, long tokens, double[][] means) =>
        (Grid, HeadSize, Tokens, _means) = (grid, headSize, tokens, means);

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>Width of one head's output, d.</summary>
    public int HeadSize { get; }

    /// <summary>Tokens behind the means.</summary>
    public long Tokens { get; }

    /// <summary>A head's mean output, <c>[d]</c>.</summary>
    /// <exception cref="InputException">The model has no such head.</exception>
    public ReadOnlySpan<double> this[Head head] => _means[Grid[Grid.PositionOf(head)].Layer].AsSpan(head.Index * HeadSize, HeadSize);

    /// <summary>Computes the means; a batch is in memory at a time.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="texts">The reference corpus, at least one text, none empty; longer ones are cut to the model's positions.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There is no text, or one has no token.</exception>
    public static HeadMeans Compute(Checkpoint checkpoint, IReadOnlyList<string> texts, VisitOptions? options = null,
        CancellationToken cancellation = default)
    {
        TokenizedText[] encoded = [.. texts.Select((t, i) => checkpoint.Tokenizer.Encode(t).RequireTokens($"text {i}"))];
        return Compute(checkpoint.Model.Bert, checkpoint.Tokenizer.PadId, encoded, options, cancellation);
    }

    /// <summary>Computes the means of a model without a checkpoint around it.</summary>
    /// <param name="padId">The token that fills shorter texts up.</param>
    /// <param name="texts">The reference corpus, at least one text.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">There is no text.</exception>
    public static HeadMeans Compute(BertModel model, int padId, IReadOnlyList<TokenizedText> texts, VisitOptions? options = null,
        CancellationToken cancellation = default)
    {
        if (texts.Count == 0) throw new InputException("the reference corpus", null, "holds no text", "Give at least one");
        var config = model.Config;
        double[][] sums = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new double[config.HiddenSize])];
        var device = model.Embeddings.WordEmbeddings.device;
        using var noGradients = no_grad();
        foreach (var indices in BatchPlan.Of([.. texts.Select(t => t.Length)],
            new VisitOptions((options ?? VisitOptions.Default).TokensPerBatch)))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = new TokenBatch([.. indices.Select(i => texts[i])], padId, device);
            var counted = batch.Mask?.to_type(ScalarType.Float64).view(indices.Length, 1, batch.Length, 1);
            model.forward(batch.Ids, batch.Segments, batch.Mask, new AttentionHooks
            {
                EditHeads = (layer, heads) =>
                {
                    using var own = NewDisposeScope();
                    var wide = heads.to_type(ScalarType.Float64);                                // [B, H, T, d]
                    var sum = (counted is null ? wide : wide.mul(counted)).sum([0L, 2L]).cpu().contiguous(); // [H, d]
                    int at = 0;
                    foreach (double value in sum.data<double>()) sums[layer][at++] += value;
                    return heads;
                },
            });
        }
        long tokens = texts.Sum(t => (long)t.Length);
        return new HeadMeans(config.Grid, config.HeadSize, tokens, [.. sums.Select(l => l.Select(s => s / tokens).ToArray())]);
    }
}
