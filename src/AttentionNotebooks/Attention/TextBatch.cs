using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The texts of a batch: their lengths, positions and marked tokens, as tensors for formulas. B texts, padded to T tokens.
/// Tensors are made when first asked for and live as long as the batch.
/// </summary>
public sealed class TextBatch : IDisposable
{
    private readonly KeptTensors _tensors = new();
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

    /// <summary>
    /// How the rows of the layer that is shown summed before they were divided by their sums, where its maps were saved or given;
    /// <see cref="RowSums.None"/> for a live model.
    /// </summary>
    public RowSums RowSums { get; internal set; } = RowSums.None;

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
    public Tensor Offset => Cached(nameof(Offset), () => Position.unsqueeze(0).Minus(Position.unsqueeze(1)));

    /// <summary>Distance between query and key, |i − j|, in tokens: <c>[T, T]</c>, float32.</summary>
    public Tensor Distance => Cached(nameof(Distance), () => Offset.abs());

    /// <summary>1 where a token is of the s-th text of a pair, [SEP] included: <c>[B, T, S]</c>, float32.</summary>
    public Tensor SegmentMarks => Cached(nameof(SegmentMarks), () =>
    {
        int[][] segments = [.. Texts.Select(t => t.Segments())];
        int most = segments.Max(s => s[^1]) + 1;
        var marks = new float[Count * Length * most];
        for (int b = 0; b < Count; b++)
            for (int i = 0; i < segments[b].Length; i++) marks[(b * Length + i) * most + segments[b][i]] = 1;
        return Own(marks, Count, Length, most);
    });

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

    /// <summary>Marks tokens of the batch by text and position.</summary>
    /// <param name="isMarked">Whether the token at a position of a text is marked.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    public Tensor Mark(Func<AttentionText, int, bool> isMarked) => Marks(t => Enumerable.Range(0, t.Length).Where(i => isMarked(t, i)));

    /// <summary>Marks positions of each text.</summary>
    /// <param name="positions">A text's marked positions; those outside the text are passed over.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    public Tensor MarkPositions(Func<AttentionText, IEnumerable<int>> positions) =>
        Marks(t => positions(t).Where(i => i >= 0 && i < t.Length));

    /// <summary>Marks tokens of the batch by their part of speech.</summary>
    /// <param name="isMarked">Whether a tag is marked; special tokens have none and are not asked about.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    /// <exception cref="InputException">A text's tags are not known.</exception>
    public Tensor MarkTags(Func<string, bool> isMarked) => Marks(t => t.Tags is null
        ? throw new InputException($"text {t.Id}", null, "has no parts of speech, which this feature asks about",
            "Give the texts as a treebank (--conllu), or leave the feature out")
        : Enumerable.Range(0, t.Length).Where(i => t.Tags[i] is { } tag && isMarked(tag)));

    /// <summary>Marks pairs of query and key.</summary>
    /// <param name="pairs">The pairs of a text.</param>
    /// <returns><c>[B, T, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    /// <exception cref="InputException">A text's tokens are not known.</exception>
    public Tensor MarkPairs(Func<AttentionText, IEnumerable<(int Query, int Key)>> pairs)
    {
        var marks = new float[Count * Length * Length];
        for (int b = 0; b < Count; b++)
        {
            if (Texts[b].Tokens is null) throw NoTokens(Texts[b]);
            foreach (var (i, j) in pairs(Texts[b])) marks[(b * Length + i) * Length + j] = 1;
        }
        return Own(marks, Count, Length, Length);
    }

    /// <summary>Marks offsets from query to key.</summary>
    /// <param name="lowest">The lowest marked offset j − i, in tokens.</param>
    /// <returns><c>[T, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    public Tensor MarkOffsets(int lowest, int highest)
    {
        var marks = new float[Length * Length];
        for (int i = 0; i < Length; i++)
            for (int j = 0; j < Length; j++) marks[i * Length + j] = j - i >= lowest && j - i <= highest ? 1 : 0;
        return Own(marks, Length, Length);
    }

    /// <summary>A tensor that depends on the texts alone, made once per batch.</summary>
    /// <param name="name">Its name; every maker of one name must make the same.</param>
    internal Tensor Cached(string name, Func<Tensor> make) => _tensors.Of(name, make);

    /// <inheritdoc cref="KeptTensors.Of{T}(string, Func{T})"/>
    internal T Cached<T>(string name, Func<T> make) where T : IDisposable => _tensors.Of(name, make);

    /// <inheritdoc/>
    public void Dispose() => _tensors.Dispose();

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

    private static InputException NoTokens(AttentionText text) =>
        new($"text {text.Id}", null, "has no tokens, which this feature asks about",
            "Give the tokens of the saved maps (--tokens), or leave the feature out");
}
