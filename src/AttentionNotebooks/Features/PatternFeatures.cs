using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The five kinds of maps of Kovaleva et al. 2019, "Revealing the Dark Secrets of BERT", §4.1. They classified maps with a
/// network trained on 400 maps labelled by hand, which is not published; this rule with its thresholds is ours. A map is of
/// exactly one kind, and a feature is the share of the texts in which the head's map is of it.
/// </summary>
public static class PatternFeatures
{
    /// <summary>Vertical: at least this share on [CLS] and [SEP].</summary>
    public const double VerticalShare = 0.5;

    /// <summary>
    /// Diagonal: at least this share on the previous token, the token itself and the next, where those are not [CLS] or [SEP].
    /// </summary>
    public const double DiagonalShare = 0.5;

    /// <summary>Vertical and diagonal: at least this share of each …</summary>
    public const double BothShare = 0.3;

    /// <summary>… and of the two together.</summary>
    public const double TogetherShare = 0.7;

    /// <summary>Block: of a pair's attention, at least this share stays within the query's own text.</summary>
    public const double BlockShare = 0.8;

    private const string Source = "kinds of Kovaleva et al. 2019, rule of this kit";
    // Apart from the features, so that these can be named and listed where libtorch does not load.
    private static class Constants
    {
        public static readonly Scalar Vertical = VerticalShare.ToScalar(), Diagonal = DiagonalShare.ToScalar(),
            Both = BothShare.ToScalar(), Together = TogetherShare.ToScalar(), Block = BlockShare.ToScalar();
    }

    /// <summary>
    /// Vertical and diagonal: [CLS] and [SEP] get at least <see cref="BothShare"/>, so do the near tokens, together
    /// <see cref="TogetherShare"/>.
    /// </summary>
    public static HeadFeature VerticalDiagonal { get; } = Kind(
        0, "maps_vertical_diagonal", "share of texts with v ≥ 0.3, d ≥ 0.3, v + d ≥ 0.7", leastTokens: 3);

    /// <summary>Vertical: not the kind before, and [CLS] and [SEP] get at least <see cref="VerticalShare"/>.</summary>
    public static HeadFeature Vertical { get; } = Kind(
        1, "maps_vertical", "share of texts with v ≥ 0.5, not the kind before", leastTokens: 3);

    /// <summary>Diagonal: not a kind before, and the near tokens get at least <see cref="DiagonalShare"/>.</summary>
    public static HeadFeature Diagonal { get; } = Kind(
        2, "maps_diagonal", "share of texts with d ≥ 0.5, not a kind before", leastTokens: 3);

    /// <summary>Block: not a kind before, and at least <see cref="BlockShare"/> stays within a text of a pair.</summary>
    public static HeadFeature Blocks { get; } = Kind(
        3, "maps_block", "share of texts that are pairs with block ≥ 0.8, not a kind before", leastTokens: 1);

    /// <summary>Heterogeneous: none of the kinds before.</summary>
    public static HeadFeature Heterogeneous { get; } = Kind(4, "maps_heterogeneous", "share of texts of no kind before", leastTokens: 4);

    /// <summary>The family, in the order of the rule; the five sum to 1.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } = [VerticalDiagonal, Vertical, Diagonal, Blocks, Heterogeneous];

    /// <summary>The kind that most of a head's maps are of; of kinds as common the first of the rule.</summary>
    /// <param name="table">A table with the five columns.</param>
    /// <returns>The feature of that kind.</returns>
    /// <exception cref="InputException">The table lacks a column or the head.</exception>
    public static HeadFeature KindOf(HeadTable table, Head head) => All.MaxBy(f => table[head, f.Name])!;

    private static HeadFeature Kind(int number, string name, string definition, int leastTokens) =>
        new(name, "share", $"{definition} (v = cls + sep, d = previous + self + next without [CLS] and [SEP])",
            Source, m => Kinds(m).select(-1, number).clone())
        { Range = "0 … 1", LeastTokens = leastTokens };

    // The share at an offset, on keys that are neither [CLS] nor [SEP]: what is vertical already does not count again.
    private static Tensor Near(LayerMaps m, int offset)
    {
        long keys = m.Length - Math.Abs(offset);
        // [B, T]
        var words = m.Batch.Cached("words", () => m.Mark((text, i) => !text.ClsPositions.Contains(i) && !text.SepPositions.Contains(i)));
        return (m.Probabilities.diagonal(offset, -2, -1)
            * words.narrow(-1, Math.Max(0, offset), keys).unsqueeze(1)).sum(dim: -1) / m.Lengths;
    }

    // 1 for the kind of each map, else 0: [B, H, 5].
    private static Tensor Kinds(LayerMaps m) => m.Shared(nameof(PatternFeatures), () =>
    {
        var vertical = m.OnKeys(m.IsCls).Plus(m.OnKeys(m.IsSep));
        var diagonal = Near(m, -1).Plus(Near(m, 0)).Plus(Near(m, 1));
        var both = vertical.ge(Constants.Both).logical_and(diagonal.ge(Constants.Both))
            .logical_and(vertical.Plus(diagonal).ge(Constants.Together));
        // [B, 1]
        var pair = m.Mark((text, i) => i == 0 && text.Segments()[^1] > 0).sum(dim: -1, keepdim: true).to_type(ScalarType.Bool);
        var block = StructureFeatures.Block.Compute(m).ge(Constants.Block).logical_and(pair);
        var rest = ones_like(both);
        var kinds = new List<Tensor>();
        foreach (var kind in new[] { both, vertical.ge(Constants.Vertical), diagonal.ge(Constants.Diagonal), block, rest })
        {
            kinds.Add(kind.logical_and(rest));
            rest = rest.logical_and(kind.logical_not());
        }
        return stack(kinds, -1).to_type(ScalarType.Float32);
    });
}
