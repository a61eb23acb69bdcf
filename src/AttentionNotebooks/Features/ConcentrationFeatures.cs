using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>How sharply a head looks.</summary>
public static class ConcentrationFeatures
{
    // Apart from the features, so that these can be named and listed where libtorch does not load.
    private static class Constants
    {
        // A weight this much below 1/n is below it for real, and not by the rounding of float32.
        public static readonly Scalar BelowUniform = (1 - 1e-5).ToScalar();
        public static readonly Scalar MinusTwo = (-2.0).ToScalar();
    }

    /// <summary>
    /// Entropy, the mean over queries of −Σ_j A_ij·ln A_ij, in nats, from 0 (one key) to ln n (all keys alike).
    /// Clark et al. 2019, §3.3 (without their smoothing).
    /// </summary>
    public static HeadFeature Entropy { get; } = new("entropy", "nats", "−(1/n) Σ_ij A_ij·ln A_ij", "Clark et al. 2019, §3.3",
        m => m.MeanOverQueries(m.RowEntropy()))
    { Range = "0 … ln n", LeastTokens = 2 };

    /// <summary>
    /// Confidence: the mean over queries of max_j A_ij, a share from 1/n to 1. Voita et al. 2019 (who leave the end token out).
    /// </summary>
    public static HeadFeature MaxWeight { get; } = new("max_weight", "share", "(1/n) Σ_i max_j A_ij", "after Voita et al. 2019, §4",
        m => m.MeanOverQueries(m.RowMax()))
    { Range = "1/n … 1", LeastTokens = 2 };

    /// <summary>
    /// Normalised entropy: the entropy divided by that of the uniform map, ln n, so that texts of all lengths compare; 0 in a
    /// text of one token.
    /// </summary>
    public static HeadFeature NormalisedEntropy { get; } = new("normalised_entropy", "share", "entropy / ln n", "this kit",
        m => Entropy.Compute(m) / m.LogLengths())
    { Range = "0 … 1", LeastTokens = 2 };

    /// <summary>
    /// Effective number of keys: the mean over queries of exp(H_i), the perplexity of a row; k for a row that spreads evenly over
    /// k keys.
    /// </summary>
    public static HeadFeature EffectiveKeys { get; } = new("effective_keys", "tokens", "(1/n) Σ_i exp(H(A_i))", "Hill 1973, of order 1",
        m => m.MeanOverQueries(m.RowEntropy().exp()))
    { Range = "1 … n", LeastTokens = 2 };

    /// <summary>
    /// Gini coefficient: the mean over queries of (n + 1 − 2 Σ_r r·A_i(r)) / n with the row's weights from the largest, A_i(1),
    /// down.
    /// </summary>
    public static HeadFeature Gini { get; } = new(
        "gini", "share", "(1/n) Σ_i (n + 1 − 2 Σ_r r·A_i(r)) / n, A_i(1) the largest", "Gini 1912",
        m =>
        {
            // Padding sorts to the end, where its zeros weigh nothing.
            var ranks = m.Position.Plus(Scalars.One);                                                                 // 1 … T
            var ranked = m.Probabilities.Stepwise(step => step.sort(-1, descending: true).Values.matmul(ranks));      // [B, H, T]
            var lengths = m.Lengths.unsqueeze(-1);                                                                    // [B, 1, 1]
            return m.MeanOverQueries(ranked.mul(Constants.MinusTwo).Plus(lengths).Plus(Scalars.One) / lengths);
        })
    { Range = "0 … 1 − 1/n", LeastTokens = 2 };

    /// <summary>
    /// Sparsity: the share of weights below 1/n, what the uniform map gives to every key. Golshanrad and Faghih 2024, by the
    /// code of others.
    /// </summary>
    public static HeadFeature Sparsity { get; } = new(
        "sparsity", "share", "|{ij : A_ij < 1/n}| / n²", "after Golshanrad & Faghih 2024 (second-hand)",
        m =>
        {
            var threshold = m.Lengths.reciprocal().mul(Constants.BelowUniform).unsqueeze(-1).unsqueeze(-1);          // [B, 1, 1, 1]
            // [B, H, T]; zeros of padding never count
            var high = m.Probabilities.ge(threshold).to_type(ScalarType.Float32).sum(dim: -1);
            return (m.MeanOverQueries(high) / m.Lengths).OneMinus();
        })
    { Range = "0 … 1 − 1/n", LeastTokens = 2 };

    /// <summary>
    /// Entropy of the row of [CLS] alone, in nats: what the representation of the whole text is gathered from. Clark et al. 2019,
    /// §3.3.
    /// </summary>
    public static HeadFeature ClsEntropy { get; } = new("cls_entropy", "nats", "H(A_[CLS])", "Clark et al. 2019, §3.3",
        m => (m.RowEntropy() * m.IsCls.unsqueeze(1)).sum(dim: -1) / m.IsCls.sum(dim: -1, keepdim: true).clamp_min(Scalars.One))
    { Range = "0 … ln n", LeastTokens = 2 };

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } =
        [Entropy, MaxWeight, NormalisedEntropy, EffectiveKeys, Gini, Sparsity, ClsEntropy];

    /// <summary>The entropy of every row in nats, −Σ_j a_ij·ln a_ij.</summary>
    /// <returns><c>[B, H, T]</c>, 0 at padding.</returns>
    public static Tensor RowEntropy(this LayerMaps m) =>
        m.Scan()?.RowEntropy ?? m.Shared(nameof(RowEntropy), () => m.Probabilities.Stepwise(EntropyOf));

    /// <summary>The largest weight of every row, max_j a_ij.</summary>
    /// <returns><c>[B, H, T]</c>, 0 at padding.</returns>
    public static Tensor RowMax(this LayerMaps m) => m.Scan()?.RowMax ?? m.Shared(nameof(RowMax), () => m.Probabilities.amax([-1]));

    /// <summary>Entropy of distributions along the last dimension, −Σ p·ln p, in nats; 0·ln 0 = 0.</summary>
    internal static Tensor EntropyOf(Tensor p) => special.entr(p).sum(dim: -1);
}
