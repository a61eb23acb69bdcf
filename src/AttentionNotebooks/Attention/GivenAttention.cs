namespace AttentionNotebooks;

/// <summary>
/// Attention that another engine computes while it is looked at: ONNX Runtime, a server, a model of one's own. A function gets a
/// batch of texts and gives each layer's maps. They are checked, shown and dropped, so that memory does not grow with the texts,
/// and everything that takes an <see cref="IAttentionSource"/> takes them.
/// </summary>
/// <remarks>
/// <para>Every row of a text's own tokens is checked, each weight being read once: a softmax's output has no NaN, no infinite and
/// no negative weight, none on padding, and sums to 1. How far a sum may be from 1 is said by <see cref="RowSumTolerance"/>. A row
/// whose sum differs by at most <see cref="RowSums.Exact"/> is taken as it is, bit for bit. One that is farther from 1, but
/// tolerated, is divided by its sum, and the notes of the table count these rows.</para>
/// <para>Rows of padding are not looked at, because engines leave anything there, and become zero.</para>
/// </remarks>
/// <example><code>
/// var encoded = Kit.Sentences(4).Select(s => model.Tokenizer.Encode(s)).ToArray();
/// var given = new GivenAttention(new ModelOrigin("uniform", "1", "given"), new HeadGrid(2, 2), encoded, batch =>
/// {
///     // An engine would compute its maps here, from batch.Padded(i => encoded[i].Ids) and batch.Mask().
///     var maps = new float[batch.Count * 2 * batch.Length * batch.Length];       // [B, H, T, T]
///     for (int at = 0; at &lt; maps.Length; at++)
///     {
///         int key = at % batch.Length, length = batch.Texts[at / (2 * batch.Length * batch.Length)].Length;
///         maps[at] = key &lt; length ? 1f / length : 0;
///     }
///     for (int layer = 0; layer &lt; 2; layer++) batch.Give(layer, maps, [batch.Count, 2, batch.Length, batch.Length]);
/// });
/// given.Extract()
/// </code></example>
public sealed class GivenAttention : IAttentionSource
{
    /// <summary>How far from 1 a row of float32 or float64 weights may sum, by default: well above their rounding.</summary>
    public const double FloatTolerance = 1e-4;

    /// <summary>
    /// How far from 1 a row of float16 or bfloat16 weights may sum, by default 2⁻⁸: twice what rounding to bfloat16 moves a number.
    /// </summary>
    public const double HalfTolerance = 1.0 / 256;

    private readonly Action<GivenBatch> _give;

    /// <summary>Takes texts that are tokenised already, such as those of a <see cref="TextTokenizer"/>.</summary>
    /// <param name="model">Which model the maps are of; <see cref="ModelOrigin.OfFile"/> says it of a file.</param>
    /// <param name="grid">The model's heads.</param>
    /// <param name="texts">The texts, at least one, none without a token of its own.</param>
    /// <param name="give">
    /// Gives every layer of a batch, in any order, by <see cref="GivenBatch.Give(int, ReadOnlySpan{float}, ReadOnlySpan{long})"/>. It is
    /// called once per batch of every visit.
    /// </param>
    /// <exception cref="InputException">There is no text, or one has no token of its own.</exception>
    public GivenAttention(ModelOrigin model, HeadGrid grid, IReadOnlyList<TokenizedText> texts, Action<GivenBatch> give)
        : this(model, grid, [.. texts.Select(AttentionText.Of)], give) { }

    /// <summary>Takes texts that another tokenizer cut: what is known of their tokens decides which features can be computed.</summary>
    /// <param name="model">Which model the maps are of; <see cref="ModelOrigin.OfFile"/> says it of a file.</param>
    /// <param name="grid">The model's heads.</param>
    /// <param name="texts">The texts, at least one; the length of each counts its special tokens too.</param>
    /// <param name="give">
    /// Gives every layer of a batch, in any order, by <see cref="GivenBatch.Give(int, ReadOnlySpan{float}, ReadOnlySpan{long})"/>. It is
    /// called once per batch of every visit.
    /// </param>
    /// <exception cref="InputException">
    /// There is no text, two have one id, or what is known of a text's tokens does not fit its length.
    /// </exception>
    public GivenAttention(ModelOrigin model, HeadGrid grid, IReadOnlyList<AttentionText> texts, Action<GivenBatch> give)
    {
        ArgumentNullException.ThrowIfNull(give);
        if (texts.Count == 0) throw new InputException("the list of texts", null, "is empty", "Give at least one");
        if (grid.Layers < 1 || grid.Heads < 1)
            throw new InputException("the grid of heads", null, $"has {grid} heads", "Give the model's layers and heads per layer");
        Check(texts);
        (Model, Grid, Texts, _give) = (model, grid, [.. texts], give);
    }

    /// <summary>
    /// How far from 1 a row may sum before it is an error; by default <see cref="FloatTolerance"/> or <see cref="HalfTolerance"/>, by the
    /// number format in which maps are given. Maps that were computed in half precision and are given as float32 need it set.
    /// </summary>
    /// <exception cref="InputException">It is not from 0 to below 1.</exception>
    public double? RowSumTolerance
    {
        get;
        init => field = value is null or (>= 0 and < 1) ? value
            : throw new InputException(nameof(RowSumTolerance), null, FormattableString.Invariant($"cannot be {value}"),
                "Give a number from 0 to below 1");
    }

    /// <inheritdoc/>
    public HeadGrid Grid { get; }

    /// <inheritdoc/>
    public IReadOnlyList<AttentionText> Texts { get; }

    /// <summary>Which model the maps are of, as the constructor was told.</summary>
    public ModelOrigin Model { get; }

    ModelOrigin? IAttentionSource.Model => Model;

    /// <inheritdoc/>
    /// <remarks>
    /// Of what the constructor was told. An interrupted extraction goes on where the hash agrees, so another model must have another
    /// <see cref="ModelOrigin"/>.
    /// </remarks>
    public string Fingerprint
    {
        get
        {
            var hash = new Fingerprint().Add(Model.Name).Add(Model.Hash ?? "").Add(Model.Precision ?? "").Add($"{Grid}")
                .Add(FormattableString.Invariant($"{RowSumTolerance}"));
            foreach (var text in Texts)
            {
                hash.Add(text.Id).Add(text.Length).Add(Joined(text.Tokens)).Add(Joined(text.Words)).Add(Joined(text.Tags));
                hash.Add(Joined(text.Roles));
            }
            return hash.Of();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">A map is broken, or a layer was not given or was given twice.</exception>
    public void Visit(IAttentionVisitor visitor,
        VisitOptions? options = null, IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default) =>
        VisitLoop.Run(this, visitor, Deliver, options, progress, cancellation: cancellation);

    /// <inheritdoc/>
    public TextMaps Maps(int text)
    {
        TextMaps.CheckIndex(text, Texts.Count);
        var collector = new MapCollector(Grid, Texts[text]);
        VisitLoop.Batch(this, [text], collector, Deliver);
        return collector.Maps;
    }

    private void Deliver(TextBatch batch, LayerReceiver receive)
    {
        using var given = new GivenBatch(batch, Grid, RowSumTolerance, receive);
        _give(given);
        given.RequireAll();
    }

    private static void Check(IReadOnlyList<AttentionText> texts)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < texts.Count; i++)
        {
            var text = texts[i];
            InputException Bad(string problem, string remedy) => new(NameOf(i, text), null, problem, remedy);
            if (!ids.TryAdd(text.Id, i)) throw Bad($"has the id of text {ids[text.Id]}", "Give every text an id of its own");
            if (text.Length < 1) throw Bad($"has {text.Length} tokens", "Count its tokens, special ones included");
            foreach (var (what, count) in new[] { ("tokens", text.Tokens?.Count), ("words", text.Words?.Count), ("tags", text.Tags?.Count),
                ("roles", text.Roles?.Count) })
            {
                if (count is not null && count != text.Length)
                    throw Bad($"has {count} {what} for a length of {text.Length}", "Give one for each token, special tokens included");
            }
        }
    }

    /// <summary>A text in an error: its number, and its id where that says more.</summary>
    internal static string NameOf(int index, AttentionText text) =>
        text.Id == $"{index}" || text.Id == $"{index:000000}" ? $"text {index}" : $"text {index} ({text.Id})";

    private static string Joined<T>(IReadOnlyList<T>? list) => list is null ? "" : string.Join('\n', list);
}
