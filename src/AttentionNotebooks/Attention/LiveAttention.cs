using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Attention of a model that runs: texts go through BERT in batches of like length, a layer at a time.</summary>
/// <example><code>
/// var source = new LiveAttention(Kit.Model(), Kit.Sentences());
/// var table = source.Extract();          // a row per head, a column per feature
/// var maps = source.Maps(0);             // all maps of the first text
/// source.Texts[0].Length                 // tokens, [CLS] and [SEP] among them
/// </code></example>
public sealed class LiveAttention : IAttentionSource
{
    private readonly Checkpoint _checkpoint;
    private readonly TokenizedText[] _tokenized;
    private readonly Device _device;
    private ModelOrigin? _model;

    /// <summary>Tokenises texts for a model. Nothing runs until the source is visited.</summary>
    /// <param name="checkpoint">The model; it must outlive the source.</param>
    /// <param name="texts">The texts, at least one, none empty.</param>
    /// <param name="maxLength">Longer texts are cut to so many tokens, special ones included; the model's own limit when omitted.</param>
    /// <exception cref="InputException">There is no text, or one has no token.</exception>
    public LiveAttention(Checkpoint checkpoint, IReadOnlyList<string> texts, int? maxLength = null)
        : this(checkpoint, [.. texts.Select(t => checkpoint.Tokenizer.Encode(t, maxLength))]) { }

    /// <summary>Takes texts that are tokenised already, such as pairs or treebank sentences.</summary>
    /// <param name="checkpoint">The model; it must outlive the source.</param>
    /// <param name="texts">The tokenised texts, at least one, none without a token of its own.</param>
    /// <exception cref="InputException">There is no text, or one has no token of its own or a segment that the model lacks.</exception>
    public LiveAttention(Checkpoint checkpoint, IReadOnlyList<TokenizedText> texts) : this(checkpoint, texts, tags: null) { }

    private LiveAttention(Checkpoint checkpoint, IReadOnlyList<TokenizedText> texts, string?[][]? tags)
    {
        if (texts.Count == 0) throw new InputException("the list of texts", null, "is empty", "Give at least one");
        int segments = checkpoint.Config.TypeVocabSize;
        for (int i = 0; i < texts.Count; i++)
        {
            // A model without segments does not look at them.
            if (segments > 0 && texts[i].Segments.Max() >= segments)
                throw new InputException($"text {i}", null,
                    $"has the segment {texts[i].Segments.Max()}, but the model knows {segments} (type_vocab_size)",
                    "Give single texts, or take a model that was trained on pairs");
        }
        _checkpoint = checkpoint;
        var zeros = new Dictionary<int, int[]>();
        _tokenized = [.. texts.Select(t => OnlyWhatTheModelReads(t, zeros))];
        _device = checkpoint.Encoder.Device;
        Grid = checkpoint.Encoder.Grid;
        Texts = [.. texts.Select((t, i) => AttentionText.Of(t, i) with { Tags = tags?[i] })];
    }

    /// <summary>
    /// Sentences of a treebank: the model gets their words as they are split there, and tokens have the parts of speech of their
    /// words.
    /// </summary>
    /// <param name="checkpoint">The model; it must outlive the source.</param>
    /// <param name="sentences">The sentences, at least one.</param>
    /// <param name="maxLength">
    /// Longer sentences are cut to so many tokens, special ones included; the model's own limit when omitted.
    /// </param>
    /// <exception cref="InputException">There is no sentence, or one has no token.</exception>
    public static LiveAttention OfTreebank(Checkpoint checkpoint, IReadOnlyList<TreebankSentence> sentences, int? maxLength = null) =>
        OfTreebank(checkpoint, sentences, [.. sentences.Select(s => checkpoint.Tokenizer.Encode(s.Words.Select(w => w.Form), maxLength))]);

    /// <summary>The same for sentences that are tokenised already, one text per sentence.</summary>
    internal static LiveAttention OfTreebank(Checkpoint checkpoint, IReadOnlyList<TreebankSentence> sentences,
        IReadOnlyList<TokenizedText> texts) =>
        new(checkpoint, texts, [.. texts.Zip(sentences, (t, s) => t.Words.Select(w => w < 0 ? null : s.Words[w].Tag).ToArray())]);

    /// <summary>
    /// Edits of the model's attention that the maps shall show, if any, and a text that differs where the edits do: it
    /// goes into the <see cref="Fingerprint"/>.
    /// </summary>
    public (AttentionHooks Hooks, string Description)? Edits { get; init; }

    /// <inheritdoc/>
    public HeadGrid Grid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<AttentionText> Texts { get; }

    /// <inheritdoc/>
    /// <remarks>Hashes the weights as they lie in memory, so that precision counts; about a second for BERT-large.</remarks>
    public string Fingerprint
    {
        get
        {
            var hash = new Fingerprint();
            foreach (var (name, parameter) in _checkpoint.Model.named_parameters())
            {
                using var own = parameter.detach().cpu().contiguous();
                hash.Add(name).Add($"{own.dtype}").Add(own.bytes);
            }
            if (Edits is { } edits) hash.Add(edits.Description);
            foreach (var text in Texts.Where(t => t.Tags is not null)) hash.Add(string.Join('\n', text.Tags!));
            foreach (var text in _tokenized) hash.Add(MemoryMarshal.AsBytes<int>(text.Ids)).Add(MemoryMarshal.AsBytes<int>(text.Segments));
            return hash.Of();
        }
    }

    /// <inheritdoc/>
    public ModelOrigin Model => _model ??= ModelOrigin.Of(_checkpoint, Edits?.Description);

    ModelOrigin? IAttentionSource.Model => Model;

    /// <inheritdoc/>
    public bool HasValues => true;

    /// <summary>How many texts were cut because they were too long.</summary>
    public int Truncated => _tokenized.Count(t => t.Truncated);

    /// <inheritdoc/>
    public void Visit(IAttentionVisitor visitor,
        VisitOptions? options = null, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        VisitLoop.Run(this, visitor,
            (batch, layer) => Deliver(batch, visitor.NeedsValues, layer), options, progress, _device, cancellation);
    }

    /// <inheritdoc/>
    public TextMaps Maps(int text)
    {
        TextMaps.CheckIndex(text, Texts.Count);
        var collector = new MapCollector(Grid, Texts[text]);
        VisitLoop.Batch(this, [text], collector, (batch, layer) => Deliver(batch, withNorms: false, layer), _device);
        return collector.Maps;
    }

    // What stays per text is what memory grows by. Offsets and sources are not looked at here, and single texts of one length
    // have the same segments.
    private static TokenizedText OnlyWhatTheModelReads(TokenizedText text, Dictionary<int, int[]> zeros)
    {
        int[] segments = text.Segments;
        if (!segments.AsSpan().ContainsAnyExcept(0) && !zeros.TryGetValue(segments.Length, out segments!))
            zeros[text.Length] = segments = text.Segments;
        return text with { Offsets = [], Sources = [], Segments = segments };
    }

    private void Deliver(TextBatch batch, bool withNorms, LayerReceiver receive)
    {
        var input = new TokenBatch([.. batch.Indices.Select(i => _tokenized[i])], _checkpoint.Tokenizer.PadId, _device);
        Tensor? norms = null; // of the layer whose maps come next
        var onValues = !withNorms ? null : new AttentionHooks
        {
            OnValues = (layer, values) =>
                norms = ValueNorms.Of(values, _checkpoint.Encoder.OutputWeight(layer), batch.Mask).DetachFromDisposeScope(),
        };
        try
        {
            _checkpoint.Encoder.Visit(input.Ids, input.Segments, input.Mask, (layer, probabilities) =>
            {
                // Padded keys have weight 0 already; rows of padded queries are cleared too: padding never counts.
                if (batch.Padded) probabilities.mul_(batch.Mask.unsqueeze(1).unsqueeze(-1));
                RequireNumbers(batch, layer, probabilities);
                var given = norms;
                norms = null;
                receive(layer, probabilities, given);
            }, Edits?.Hooks.Then(onValues) ?? onValues);
        }
        finally { norms?.Dispose(); }
    }

    // A softmax spreads a NaN over its whole row, so one key of each row shows it; an edit can put one anywhere.
    private void RequireNumbers(TextBatch batch, int layer, Tensor probabilities)
    {
        using var scope = NewDisposeScope();
        var rows = Edits is null ? probabilities.select(-1, 0) : probabilities.sum(dim: -1); // [B, H, T]
        if (float.IsFinite(rows.sum().Value<float>())) return;
        int at = Array.FindIndex(rows.Floats(), v => !float.IsFinite(v));
        int row = at / batch.Length, head = row % Grid.Heads;
        throw new InputException($"text {batch.Texts[row / Grid.Heads].Id}", $"head {new Head(layer, head)}, row {at % batch.Length}",
            "has an attention weight that is NaN or infinite",
            Edits is null
                ? "The weights below this layer are damaged or too large for the precision; load the checkpoint again, in float32"
                : "Look at what the edit of the attention computes");
    }
}
