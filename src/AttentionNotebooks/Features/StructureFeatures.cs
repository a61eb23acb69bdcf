using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The shape of a head's map. Globalness, verticality and diagonality are Yang, Liu and Lee 2020, "Understanding
/// Self-Attention of Self-Supervised Audio Transformers" (arXiv 2006.03265).
/// </summary>
public static class StructureFeatures
{
    private const string Source = "Yang et al. 2020";
    // Apart from the features, so that these can be named and listed where libtorch does not load.
    private static class Constants
    {
        public static readonly Scalar Tiny = 1e-30.ToScalar(), Half = 0.5.ToScalar();
    }

    // The shares at the offsets −Reach … Reach.
    private static readonly TextStatistic Offsets = new("offset_shares", 2 * Reach + 1, m =>
    {
        var shares = m.OffsetShares();                                                      // [B, H, 2T − 1]
        long reach = Math.Min(Reach, m.Length - 1);
        var result = zeros([shares.shape[0], shares.shape[1], 2 * Reach + 1], device: shares.device);
        result.narrow(-1, Reach - reach, 2 * reach + 1).copy_(shares.narrow(-1, m.Length - 1 - reach, 2 * reach + 1));
        return result;
    });

    /// <summary>
    /// Globalness, the mean row entropy G = (1/n) Σ_i H(A_i), in nats, from 0 to ln n. The same number as
    /// <see cref="ConcentrationFeatures.Entropy"/>: kept under its own name for readers of the paper.
    /// </summary>
    public static HeadFeature Globalness { get; } = new(
        "globalness", "nats", "(1/n) Σ_i H(A_i)", Source, ConcentrationFeatures.Entropy.Compute)
    { Range = "0 … ln n", LeastTokens = 2 };

    /// <summary>Verticality, V = −H((1/n) Σ_i A_i), in nats, from −ln n to 0 (every query looks at one same key).</summary>
    public static HeadFeature Verticality { get; } = new("verticality", "nats", "−H((1/n) Σ_i A_i)", Source,
        m =>
        {
            using var column = m.KeySums() / m.Lengths.unsqueeze(-1);          // [B, H, T]: how much of all attention each key gets
            return -ConcentrationFeatures.EntropyOf(column);
        })
    { Range = "−ln n … 0", LeastTokens = 2 };

    /// <summary>Diagonality, D = −Σ_ij |i − j|·A_ij / n², from −(n² − 1)/(3n²) for the uniform map to 0 for the identity.</summary>
    public static HeadFeature Diagonality { get; } = new("diagonality", "per token", "−Σ_ij |i−j|·A_ij / n²", Source,
        m => -(DistanceFeatures.MeanDistance.Compute(m) / m.Lengths))
    { Range = "above −¾ … 0", LeastTokens = 2 };

    /// <summary>
    /// Block mass: attention that stays within the query's own text of a pair, its [SEP] included; 1 for single texts. What
    /// Kovaleva et al. 2019 see as blocks. The uniform map has Σ_s n_s²/n² for texts of n_s tokens.
    /// </summary>
    public static HeadFeature Block { get; } = new(
        "block", "share", "Σ_ij A_ij·[i, j in the same text of a pair] / n", "after Kovaleva et al. 2019, §4.1",
        m => (m.Probabilities.matmul(m.Batch.SegmentMarks.unsqueeze(1)) * m.Batch.SegmentMarks.unsqueeze(1)).sum([-2, -1]) / m.Lengths)
    { Range = "0 … 1" };

    /// <summary>Symmetry, 1 − Σ_ij |A_ij − A_ji| / (2n): 1 where every look is returned.</summary>
    public static HeadFeature Symmetry { get; } = new("symmetry", "share", "1 − Σ_ij |A_ij − A_ji| / (2n)", "this kit",
        m => (m.Probabilities.Stepwise(step => step.Minus(step.transpose(-2, -1)).abs_().sum([-2, -1]))
            .mul(Constants.Half) / m.Lengths).OneMinus())
    { Range = "0 … 1", LeastTokens = 2 };

    /// <summary>
    /// Row similarity: the mean cosine of the rows of two different queries. 1 where all look at the same (a vertical, or
    /// uniform, map), 0 where no two share a key; 1 in a text of one token.
    /// </summary>
    public static HeadFeature RowSimilarity { get; } = new("row_similarity", "cosine", "Σ_{i≠k} cos(A_i, A_k) / (n(n−1))", "this kit",
        m =>
        {
            // Σ_{i≠k} u_i·u_k = |Σ_i u_i|² − n for unit rows u: one sum instead of n² products.
            // [B, H, T]
            var sum = m.Probabilities.Stepwise(step => (step / step.norm(-1, keepdim: true).clamp_min(Constants.Tiny)).sum(dim: 1));
            var pairs = m.Lengths * m.LongestDistance();
            return sum.Squared().sum(dim: -1).Minus(m.Lengths).div(pairs).Plus(m.LengthIsOne());
        })
    { Range = "0 … 1", LeastTokens = 2 };

    /// <summary>
    /// The fixed offset that gets most: of all j − i from −<see cref="Reach"/> to <see cref="Reach"/>, the one with the
    /// largest mean share over the texts; ties go to the nearer, and to the earlier of two as near.
    /// </summary>
    public static HeadFeature BestOffset { get; } = new(
        "best_offset", "tokens", $"argmax_o E[Σ_i A_i,i+o / n], |o| ≤ {Reach}", "after Voita et al. 2019, §5.1", Offsets,
        means => Best(means).Offset)
    { Range = $"−{Reach} … {Reach}" };

    /// <summary>The mass at <see cref="BestOffset"/>: how positional the head is.</summary>
    public static HeadFeature BestOffsetMass { get; } = new(
        "best_offset_mass", "share", $"max_o E[Σ_i A_i,i+o / n], |o| ≤ {Reach}", "after Voita et al. 2019, §5.1", Offsets,
        means => Best(means).Mass)
    { Range = "0 … 1" };

    /// <summary>How far <see cref="BestOffset"/> looks to either side, in tokens.</summary>
    public const int Reach = 16;

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } =
        [Globalness, Verticality, Diagonality, BestOffset, BestOffsetMass, Block, Symmetry, RowSimilarity];

    private static (int Offset, double Mass) Best(IReadOnlyList<double> shares)
    {
        int best = Enumerable.Range(-Reach, 2 * Reach + 1).OrderByDescending(o => shares[o + Reach]).ThenBy(Math.Abs).First();
        return (best, shares[best + Reach]);
    }
}
