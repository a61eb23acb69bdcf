using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>BERT, or a model next door, without a task head: embeddings, encoder and, where the checkpoint has one, the pooler.</summary>
/// <remarks>Devlin et al. (2019). Dropout belongs to the original's training and is left out.</remarks>
public sealed class BertModel : nn.Module, IEncoder
{
    private readonly BertEmbeddings embeddings;
    private readonly Linear? embeddings_project;
    private readonly BertEncoder encoder;
    private readonly BertPooler? pooler;

    /// <summary>Builds a model with TorchSharp's starting weights.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="withPooler">Whether to build the pooler.</param>
    /// <param name="device">Where the weights live; the CPU unless given.</param>
    /// <param name="residualScale">α, the weight of every residual connection: 1 in BERT, more while a DeepNorm model is trained.</param>
    /// <exception cref="InputException">The configuration describes no model that can be built.</exception>
    public BertModel(BertConfig config, bool withPooler = true, Device? device = null, double residualScale = 1) : base(nameof(BertModel))
    {
        config.Check(nameof(BertConfig));
        Config = config;
        embeddings = new BertEmbeddings(config, device);
        embeddings_project = config.EmbeddingWidth == config.HiddenSize ? null
            : nn.Linear(config.EmbeddingWidth, config.HiddenSize, device: device);
        encoder = new BertEncoder(config, device, residualScale);
        pooler = withPooler ? new BertPooler(config, device) : null;
        RegisterComponents();
    }

    /// <summary>The sizes.</summary>
    public BertConfig Config { get; }

    /// <inheritdoc/>
    public HeadGrid Grid => Config.Grid;

    /// <inheritdoc/>
    public Device Device => parameters().First().device;

    /// <inheritdoc/>
    public Tensor OutputWeight(int layer) => encoder.OutputWeight(layer);

    /// <summary>The embeddings.</summary>
    internal BertEmbeddings Embeddings => embeddings;

    /// <summary>The stack of layers.</summary>
    internal BertEncoder Encoder => encoder;

    /// <summary>The pooler, or <see langword="null"/> where the checkpoint has none.</summary>
    internal BertPooler? Pooler => pooler;

    /// <summary>The last layer's hidden states.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; all 0 when <see langword="null"/>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>, bool or int64, at least one token in every row; nothing is padded when
    /// <see langword="null"/>.</param>
    /// <param name="hooks">Edits and watchers, if any.</param>
    /// <returns>Hidden states <c>[B, T, D]</c>; those at padding mean nothing. The caller owns them.</returns>
    /// <exception cref="ArgumentException">The shapes disagree, or T exceeds the model's positions.</exception>
    public Tensor forward(Tensor ids, Tensor? segments = null, Tensor? mask = null, AttentionHooks? hooks = null)
    {
        using var scope = NewDisposeScope();
        var (embedded, padding) = Embed(ids, segments, mask, hooks);
        return encoder.forward(embedded, padding, hooks).MoveToOuterDisposeScope();
    }

    /// <summary>The embeddings and every layer's hidden states.</summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; all 0 when <see langword="null"/>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>.</param>
    /// <param name="hooks">Edits and watchers, if any.</param>
    /// <returns>L + 1 tensors <c>[B, T, D]</c>: the embeddings, then layer 0, 1, …; the last layer's behind the normalisation at the end
    /// where the model has one. The caller owns them.</returns>
    /// <exception cref="ArgumentException">The shapes disagree, T exceeds the model's positions, or the hooks resume above layer
    /// 0.</exception>
    public Tensor[] HiddenStates(Tensor ids, Tensor? segments = null, Tensor? mask = null, AttentionHooks? hooks = null)
    {
        if (hooks?.Resume is { } resume)
            throw new ArgumentException($"the states below layer {resume.Layer} are not computed where the hooks resume", nameof(hooks));
        using var scope = NewDisposeScope();
        var (embedded, padding) = Embed(ids, segments, mask, hooks);
        var states = new List<Tensor> { embedded };
        encoder.forward(embedded, padding, hooks, states);
        foreach (var state in states) state.MoveToOuterDisposeScope();
        return [.. states];
    }

    /// <summary>
    /// Delivers each layer's attention probabilities, layer 0 first, and disposes them after the call, so that one
    /// layer's map is in memory at a time. Tensors that the call makes are disposed with the pass too; one that shall
    /// stay is moved out of it with <c>DetachFromDisposeScope()</c>. No gradients. Of the last layer only queries and keys
    /// are computed, and values where a hook wants them.
    /// </summary>
    /// <param name="ids">Ids <c>[B, T]</c>, int64.</param>
    /// <param name="segments">Segments <c>[B, T]</c>, int64; all 0 when <see langword="null"/>.</param>
    /// <param name="mask">1 at tokens, 0 at padding, <c>[B, T]</c>; nothing is padded when <see langword="null"/>.</param>
    /// <param name="onLayer">Is given the layer and its probabilities <c>[B, H, T, T]</c>, float32. Rows of padded queries mean
    /// nothing.</param>
    /// <param name="edits">Edits, if any; its own watcher is called first.</param>
    /// <param name="layers">How many layers to run, from layer 0 on; all unless given.</param>
    /// <exception cref="ArgumentException">The shapes disagree, T exceeds the model's positions, or there are not so many
    /// layers.</exception>
    public void Visit(Tensor ids, Tensor? segments, Tensor? mask, Action<int, Tensor> onLayer, AttentionHooks? edits = null,
        int? layers = null)
    {
        int count = layers ?? Config.NumHiddenLayers;
        if (count < 1 || count > Config.NumHiddenLayers)
            throw new ArgumentException($"{count} of {Config.NumHiddenLayers} layers", nameof(layers));
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var (embedded, padding) = Embed(ids, segments, mask, edits);
        encoder.Visit(embedded, padding, (edits ?? new AttentionHooks()).Then(new AttentionHooks { OnProbabilities = onLayer }), count);
    }

    private (Tensor Embedded, Tensor? Padding) Embed(Tensor ids, Tensor? segments, Tensor? mask, AttentionHooks? hooks)
    {
        if (ids.dim() != 2) throw new ArgumentException($"ids have {ids.dim()} dimensions, not [B, T]", nameof(ids));
        foreach (var (tensor, name) in new[] { (segments, nameof(segments)), (mask, nameof(mask)) })
        {
            if (tensor is not null && !tensor.shape.SequenceEqual(ids.shape))
                throw new ArgumentException($"[{string.Join(", ", tensor.shape)}] differs from the ids' [{string.Join(", ", ids.shape)}]",
                    name);
        }
        hooks?.OnTokens?.Invoke(ids);
        var embedded = embeddings.forward(ids, segments ?? zeros_like(ids));  // [B, T, E]
        if (embeddings_project is not null) embedded = embeddings_project.forward(embedded); // [B, T, D]
        embedded = embedded.to_type(encoder.DataType); // a model may keep its embeddings in float32 and compute in bfloat16
        var padding = mask?.to_type(ScalarType.Bool).logical_not().view(ids.shape[0], 1, 1, ids.shape[1]);
        return (embedded, padding);
    }
}
