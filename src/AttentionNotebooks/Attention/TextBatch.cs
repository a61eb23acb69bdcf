using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// A batch of texts beside its attention maps: what a feature's formula needs to know of positions, lengths and special
/// tokens. B texts, padded to T tokens. Tensors are made when first asked for and live as long as the batch.
/// </summary>
public sealed partial class TextBatch : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Device _device;

    /// <summary>Creates a batch.</summary>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="indices">Their positions in the source.</param>
    /// <param name="device">Where the maps are; the CPU by default.</param>
    public TextBatch(IReadOnlyList<AttentionText> texts, IReadOnlyList<int> indices, Device? device = null)
    {
        Texts = texts;
        Indices = indices;
        Length = texts.Max(t => t.Length);
        _device = device ?? CPU;
    }

    /// <summary>The texts.</summary>
    public IReadOnlyList<AttentionText> Texts { get; }

    /// <summary>Their positions in the source's own order.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>How the rows of these texts' saved maps summed before they were divided by their sums; <see cref="RowSums.None"/> for a live model.</summary>
    public RowSums RowSums { get; init; } = RowSums.None;

    /// <summary>Number of texts, B.</summary>
    public int Count => Texts.Count;

    /// <summary>Tokens of the longest text, T.</summary>
    public int Length { get; }

    /// <summary>Whether some text is shorter than T.</summary>
    public bool Padded => Texts.Any(t => t.Length < Length);

    /// <summary>Tokens of each text, n: <c>[B, 1]</c>, float32.</summary>
    public Tensor Lengths => Cached(nameof(Lengths), () => Own([.. Texts.Select(t => (float)t.Length)], Count, 1));

    /// <summary>1 at a text's own tokens, 0 at padding: <c>[B, T]</c>, float32.</summary>
    public Tensor Mask => Cached(nameof(Mask), () => Marks(t => Enumerable.Range(0, t.Length)));

    /// <summary>1 at the [CLS] of each text: <c>[B, T]</c>, float32.</summary>
    public Tensor IsCls => Cached(nameof(IsCls), () => Marks(t => t.ClsPositions));

    /// <summary>1 at each [SEP] of each text: <c>[B, T]</c>, float32.</summary>
    public Tensor IsSep => Cached(nameof(IsSep), () => Marks(t => t.SepPositions));

    /// <summary>Positions 0 … T − 1: <c>[T]</c>, float32.</summary>
    public Tensor Position => Cached(nameof(Position), () => Own([.. Enumerable.Range(0, Length).Select(i => (float)i)], Length));

    /// <summary>Offset from query to key, j − i, in tokens: <c>[T, T]</c>, float32.</summary>
    public Tensor Offset => Cached(nameof(Offset), () => Position.unsqueeze(0).add(Position.unsqueeze(1), Scalars.MinusOne));

    /// <summary>Distance between query and key, |i − j|, in tokens: <c>[T, T]</c>, float32.</summary>
    public Tensor Distance => Cached(nameof(Distance), () => Offset.abs());

    /// <summary>Marks tokens of the batch, for a feature about a kind of token.</summary>
    /// <param name="isMarked">Whether a token (its text form) is marked; texts without tokens cannot be asked.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    /// <exception cref="InputException">A text's tokens are not known.</exception>
    public Tensor MarkTokens(Func<string, bool> isMarked) => MarkTokens((token, _) => isMarked(token));

    /// <summary>Marks tokens of the batch by their text and their role.</summary>
    /// <param name="isMarked">Whether a token with a role is marked.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    /// <exception cref="InputException">A text's tokens are not known.</exception>
    public Tensor MarkTokens(Func<string, TokenRole, bool> isMarked) => Marks(t => t.Tokens is null
        ? throw NoTokens(t)
        : Enumerable.Range(0, t.Length).Where(i => isMarked(t.Tokens[i], t.Roles![i])));

    /// <summary>
    /// Attention that a weighting of (query, key) picks out, per token of the text: Σ_ij a_ij · w_ij / n.
    /// </summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <param name="weight">w, <c>[T, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public Tensor Weighted(Tensor attention, Tensor weight)
    {
        // One pass over the maps as a matrix-vector product, instead of a product map as large as they are.
        long b = attention.shape[0], h = attention.shape[1];
        return attention.reshape(b * h, -1).mv(weight.reshape(-1)).reshape(b, h) / Lengths;
    }

    /// <summary>Attention that marked keys get, per token of the text: Σ_ij a_ij · m_j / n.</summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <param name="marked">m, <c>[B, T]</c>, such as <see cref="IsSep"/>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public Tensor OnKeys(Tensor attention, Tensor marked) => (KeySums(attention) * marked.unsqueeze(1)).sum(dim: -1) / Lengths;

    /// <summary>The mean over a text's own queries of a value per query; what stands at padding does not count.</summary>
    /// <param name="perQuery"><c>[B, H, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public Tensor MeanOverQueries(Tensor perQuery) => (perQuery * Mask.unsqueeze(1)).sum(dim: -1) / Lengths;

    private Tensor Marks(Func<AttentionText, IEnumerable<int>> positions)
    {
        var marks = new float[Count * Length];
        for (int b = 0; b < Count; b++)
            foreach (int i in positions(Texts[b]))
                marks[b * Length + i] = 1;
        return Own(marks, Count, Length);
    }

    // In libtorch's own memory, which is aligned. A managed array lies anywhere, and by where it lies MKL's products round:
    // the last bit of a value would then differ from run to run.
    private Tensor Own(float[] values, params long[] shape)
    {
        using var borrowed = tensor(values, shape, device: _device);
        return borrowed.clone();
    }

    /// <summary>A tensor that depends on the texts alone, made once per batch.</summary>
    /// <param name="name">What it is called; every maker of one name must make the same.</param>
    /// <param name="make">Makes it.</param>
    internal Tensor Cached(string name, Func<Tensor> make) => Cached(_tensors, name, make);

    // Formulas run inside dispose scopes of their own; what the batch keeps must outlive those.
    private static Tensor Cached(Dictionary<string, Tensor> kept, string name, Func<Tensor> make)
    {
        if (kept.TryGetValue(name, out var known)) return known;
        using var scope = NewDisposeScope();
        return kept[name] = make().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear(_tensors);
        Leave();
    }

    private static void Clear(Dictionary<string, Tensor> tensors)
    {
        foreach (var t in tensors.Values) t.Dispose();
        tensors.Clear();
    }
}
