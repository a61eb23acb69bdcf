using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

// Marks of tokens and pairs of tokens, and the sums that formulas are made of.
public sealed partial class TextBatch
{
    private static readonly Scalar Three = 3.0.ToScalar(), TiniestSum = 1e-30.ToScalar();

    /// <summary>Marks tokens of the batch by text and position.</summary>
    /// <param name="isMarked">Whether the token at a position of a text is marked.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    public Tensor Mark(Func<AttentionText, int, bool> isMarked) => Marks(t => Enumerable.Range(0, t.Length).Where(i => isMarked(t, i)));

    /// <summary>Marks positions of each text.</summary>
    /// <param name="positions">A text's marked positions; those outside the text are passed over.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    public Tensor MarkPositions(Func<AttentionText, IEnumerable<int>> positions) => Marks(t => positions(t).Where(i => i >= 0 && i < t.Length));

    /// <summary>Marks tokens of the batch by their part of speech.</summary>
    /// <param name="isMarked">Whether a tag is marked; special tokens have none and are not asked about.</param>
    /// <returns><c>[B, T]</c>, float32: 1 where marked. The caller owns it.</returns>
    /// <exception cref="InputException">A text's tags are not known.</exception>
    public Tensor MarkTags(Func<string, bool> isMarked) => Marks(t => t.Tags is null
        ? throw new InputException($"text {t.Id}", null, "has no parts of speech, which this feature asks about", "Give the texts as a treebank (--conllu), or leave the feature out")
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

    /// <summary>Attention at one offset, per token of the text: Σ_i a_i,i+o / n.</summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <param name="offset">o = j − i.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public Tensor OnDiagonal(Tensor attention, int offset)
    {
        Tensor Make() => attention.diagonal(offset, -2, -1).sum(dim: -1) / Lengths;
        return Math.Abs(offset) <= MapScan.Near ? Scanned(attention, OnDiagonalName(offset), Make) : Shared(attention, OnDiagonalName(offset), Make);
    }

    /// <summary>The mean distance, Σ_ij a_ij·|i − j| / n, in tokens.</summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public Tensor MeanDistance(Tensor attention) => Scanned(attention, nameof(MeanDistance), () => Weighted(attention, Distance));

    /// <summary>The mean signed offset, Σ_ij a_ij·(j − i) / n, in tokens.</summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public Tensor MeanOffset(Tensor attention) => Scanned(attention, nameof(MeanOffset), () => Weighted(attention, Offset));

    /// <summary>The standard deviation of the attended position under each row's weights, in tokens.</summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>.</returns>
    public Tensor RowSpread(Tensor attention) => Scanned(attention, nameof(RowSpread), () => Stepwise(attention, step =>
    {
        // Two passes: E[j²] − E[j]² would cancel in float32 for a sharp head that looks far.
        var centre = step.matmul(Position).unsqueeze(-1);                       // [N, T, 1]
        var deviation = Position.add(centre, Scalars.MinusOne);                  // [N, T, T]
        return deviation.mul_(deviation).mul_(step).sum(dim: -1).sqrt_();
    }));

    /// <summary>A weighting of (query, key) summed along each row, Σ_j a_ij·w_ij.</summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <param name="weight">w, <c>[T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>.</returns>
    public static Tensor WeightedRows(Tensor attention, Tensor weight) => Stepwise(attention, step => step.mul(weight).sum(dim: -1));

    /// <summary>Attention weighed by the values' norms, every row brought back to sum 1: a_ij·‖f(x_j)‖ / Σ_k a_ik·‖f(x_k)‖.</summary>
    /// <param name="attention"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T, T]</c>.</returns>
    /// <exception cref="InputException">The source has no values.</exception>
    public Tensor NormWeights(Tensor attention) => Shared(attention, nameof(NormWeights), () =>
    {
        var sums = attention.matmul(ValueNorms.unsqueeze(-1)).clamp_min_(TiniestSum);       // [B, H, T, 1]
        return attention.mul(ValueNorms.unsqueeze(2)).div_(sums);
    });

    /// <summary>1 where the key is so far from the query: <c>[T, T]</c>, float32.</summary>
    /// <param name="lowest">The lowest offset j − i in tokens.</param>
    /// <param name="highest">The highest.</param>
    internal Tensor OffsetsWithin(int lowest, int highest)
    {
        var marks = new float[Length * Length];
        for (int i = 0; i < Length; i++)
            for (int j = 0; j < Length; j++) marks[i * Length + j] = j - i >= lowest && j - i <= highest ? 1 : 0;
        return Own(marks, Length, Length);
    }

    /// <summary>1 for every text: <c>[B, 1]</c>, float32.</summary>
    internal Tensor Ones => Cached(nameof(Ones), () => ones_like(Lengths));

    /// <summary>1 for texts of one token, 0 for others: <c>[B, 1]</c>, float32.</summary>
    internal Tensor LengthIsOne => Cached(nameof(LengthIsOne), () => Lengths.eq(Scalars.One).to_type(ScalarType.Float32));

    /// <summary>n − 1, the longest distance, or 1 in a text of one token: <c>[B, 1]</c>, float32.</summary>
    internal Tensor LongestDistance => Cached(nameof(LongestDistance), () => Lengths.add(Ones, Scalars.MinusOne).clamp_min(Scalars.One));

    /// <summary>(n² − 1)/(3n), the uniform map's mean distance, or 1 in a text of one token: <c>[B, 1]</c>, float32.</summary>
    internal Tensor UniformDistance => Cached(nameof(UniformDistance), () =>
        (Lengths.Squared().add(Ones, Scalars.MinusOne) / Lengths.mul(Three)).add(LengthIsOne, Scalars.One));

    /// <summary>ln n, the uniform map's entropy, or 1 in a text of one token: <c>[B, 1]</c>, float32.</summary>
    internal Tensor LogLengths => Cached(nameof(LogLengths), () => Lengths.log().add(LengthIsOne, Scalars.One));

    /// <summary>1 … T: <c>[T]</c>, float32.</summary>
    internal Tensor Ranks => Cached(nameof(Ranks), () => Own([.. Enumerable.Range(1, Length).Select(i => (float)i)], Length));

    /// <summary>Squared distance between query and key, |i − j|²: <c>[T, T]</c>, float32.</summary>
    internal Tensor SquaredDistance => Cached(nameof(SquaredDistance), () => Offset.Squared());

    private static string OnDiagonalName(int offset) => $"{nameof(OnDiagonal)} {offset}";

    private static InputException NoTokens(AttentionText text) =>
        new($"text {text.Id}", null, "has no tokens, which this feature asks about", "Give the tokens of the saved maps (--tokens), or leave the feature out");
}
