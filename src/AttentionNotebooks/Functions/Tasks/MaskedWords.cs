using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The task a BERT is trained on: some tokens of each text are hidden behind [MASK], and the model must name them.
/// Which ones depends on the seed and the text's position alone. Unlike in training, every chosen token becomes [MASK].
/// </summary>
/// <remarks>Devlin et al. (2019), section 3.1, task 1.</remarks>
/// <example><code>
/// var task = new MaskedWords(Kit.Model(), Kit.Sentences(20), seed: 0);
/// var scores = TaskScores.Evaluate(task);
/// $"{task.Count} sentences: mean loss {scores.Loss:0.000} nats, accuracy {scores.Accuracy.Value:P0}"
/// </code></example>
public sealed class MaskedWords : ITextTask
{
    private readonly Checkpoint _checkpoint;
    private readonly TokenizedText[] _texts; // with their tokens hidden
    private readonly (int Place, int Id)[][] _hidden;

    /// <summary>Chooses the tokens to hide.</summary>
    /// <param name="checkpoint">A model with a masked-LM head; it must outlive the task.</param>
    /// <param name="texts">The texts, at least one, none empty; longer ones are cut to the model's positions.</param>
    /// <param name="seed">Decides which tokens are hidden.</param>
    /// <param name="rate">The share of the tokens to hide, above 0 and at most 1; at least one of each text.</param>
    /// <param name="options">Batch size; the shard is passed over.</param>
    /// <exception cref="InputException">The checkpoint has no masked-LM head, there is no text, or one has no token.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a share.</exception>
    public MaskedWords(Checkpoint checkpoint, IReadOnlyList<string> texts, int seed = 0, double rate = 0.15, VisitOptions? options = null)
    {
        if (!(rate > 0 && rate <= 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "must be above 0 and at most 1");
        checkpoint.RequireMaskedLmHead();
        if (texts.Count == 0) throw new InputException("the list of texts", null, "is empty", "Give at least one");
        _checkpoint = checkpoint;
        _texts = new TokenizedText[texts.Count];
        _hidden = new (int, int)[texts.Count][];
        for (int i = 0; i < texts.Count; i++)
        {
            var text = checkpoint.Tokenizer.Encode(texts[i]).RequireTokens($"text {i}");
            int[] open = [.. Enumerable.Range(0, text.Length).Where(t => text.Words[t] >= 0)];
            var random = new Random(unchecked(seed * 1_000_003 + i));
            int[] chosen = [.. open.Where(_ => random.NextDouble() < rate)];
            if (chosen.Length == 0) chosen = [open[random.Next(open.Length)]];
            _hidden[i] = [.. chosen.Select(t => (t, text.Ids[t]))];
            int[] ids = [.. text.Ids];
            string[] tokens = [.. text.Tokens];
            foreach (int place in chosen) (ids[place], tokens[place]) = (checkpoint.Tokenizer.MaskId, checkpoint.Tokenizer.MaskToken);
            _texts[i] = text with { Ids = ids, Tokens = tokens, Roles = checkpoint.Tokenizer.RolesOf(ids) };
        }
        Batches = BatchPlan.Of([.. _texts.Select(t => t.Length)], new VisitOptions((options ?? VisitOptions.Default).TokensPerBatch));
    }

    /// <inheritdoc/>
    public string Name => "masked words";

    /// <inheritdoc/>
    public string Questions => "hidden words";

    /// <inheritdoc/>
    public double GuessLoss => Math.Log(_checkpoint.Config.VocabSize);

    /// <inheritdoc/>
    public nn.Module Weights => _checkpoint.Model;

    /// <inheritdoc/>
    public HeadGrid Grid => _checkpoint.Config.Grid;

    /// <inheritdoc/>
    public int Count => _texts.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int[]> Batches { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TokenizedText> Texts => _texts;

    /// <inheritdoc/>
    public TaskOutput Evaluate(IReadOnlyList<int> items, AttentionHooks? hooks = null)
    {
        var device = _checkpoint.Model.Device;
        var batch = new TokenBatch([.. items.Select(i => _texts[i])], _checkpoint.Tokenizer.PadId, device);
        var hidden = items.SelectMany((item, b) => _hidden[item]
            .Select(h => (Row: (long)b, Place: (long)b * batch.Length + h.Place, Id: (long)h.Id))).ToArray();
        var rows = tensor(hidden.Select(h => h.Row).ToArray(), device: device);      // [M]: the item of each hidden token
        var places = tensor(hidden.Select(h => h.Place).ToArray(), device: device);
        var targets = tensor(hidden.Select(h => h.Id).ToArray(), device: device);
        var states = _checkpoint.Model.Bert.forward(batch.Ids, batch.Segments, batch.Mask, hooks).view(-1, _checkpoint.Config.HiddenSize)
            .index_select(0, places);
        var logits = _checkpoint.Model.Logits(states).to_type(ScalarType.Float32);   // [M, V]
        var losses = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.None);
        var right = logits.argmax(-1).eq(targets).to_type(ScalarType.Float32);
        return new TaskOutput(PerItem(losses, rows, items.Count), PerItem(right, rows, items.Count),
            PerItem(ones_like(right), rows, items.Count));
    }

    private static Tensor PerItem(Tensor values, Tensor rows, int items) =>
        zeros(items, device: values.device).index_add(0, rows, values, Scalars.One);
}
