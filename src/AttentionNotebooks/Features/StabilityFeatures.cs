using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Whether a head does the same in every text: features of all texts together.</summary>
public static class StabilityFeatures
{
    /// <summary>The first tokens of a text in which <see cref="ContentShare"/> compares texts.</summary>
    public const int FirstTokens = 10;

    // Per text: m₁, the mean distance; m₂, the mean squared distance; r₂, the mean over queries of the squared row mean; m₁².
    private static readonly TextStatistic Moments = new("distance_moments", 4, m =>
    {
        var rows = m.Probabilities.Stepwise(step => step.mul(m.Distance).sum(dim: -1));         // [B, H, T], Σ_j A_ij·|i−j|
        var mean = DistanceFeatures.MeanDistance.Compute(m);
        var squares = m.Sum(m.Batch.Cached("squared distance", () => m.Distance.Squared())) / m.Lengths;
        return stack([mean, squares, m.MeanOverQueries(rows.Squared()), mean.Squared()], -1);
    });

    // The first maps' weights, their squares, and whether the text is long enough.
    private static readonly TextStatistic First = new("first_tokens", 2 * FirstTokens * FirstTokens + 1, m =>
    {
        var a = m.Probabilities;
        long b = a.shape[0], h = a.shape[1];
        var enough = m.Mark((text, i) => i == 0 && text.Length >= FirstTokens).sum(dim: -1).view(b, 1, 1);      // [B, 1, 1]
        if (m.Length < FirstTokens) return zeros([b, h, 2 * FirstTokens * FirstTokens + 1], device: a.device);
        var first = a.narrow(-1, 0, FirstTokens).narrow(-2, 0, FirstTokens).reshape(b, h, -1) * enough;          // [B, H, N²]
        return cat([first, first.Squared(), enough.expand(b, h, 1)], -1);
    });

    /// <summary>
    /// Spread over texts: the standard deviation over texts of the mean distance, in tokens. Grows where texts differ in length.
    /// </summary>
    public static HeadFeature TextSpread { get; } = new("text_spread", "tokens", "sd over texts of mean_distance", "this kit", Moments,
        m => Math.Sqrt(Positive(m[3] - m[0] * m[0], m[3])))
    { Range = "0 …" };

    /// <summary>
    /// Variance decomposition of the distance that attention covers, by the law of total variance: the share that lies within
    /// single rows (a query looks at several distances at once). 0 where nothing varies.
    /// </summary>
    public static HeadFeature VarianceWithin { get; } = Share("variance_within_rows", "E[m₂ − r₂] / Var", m => (m[1] - m[2], m[1]));

    /// <summary>The share that lies between the queries of a text: some look near, others far.</summary>
    public static HeadFeature VarianceQueries { get; } = Share("variance_between_queries", "E[r₂ − m₁²] / Var", m => (m[2] - m[3], m[2]));

    /// <summary>The share that lies between texts.</summary>
    public static HeadFeature VarianceTexts { get; } = Share(
        "variance_between_texts", "Var_texts(m₁) / Var", m => (m[3] - m[0] * m[0], m[3]));

    /// <summary>
    /// Content-driven share: of the squared weights among the first <see cref="FirstTokens"/> tokens, the part that changes from
    /// text to text. 0 for a head that puts the same weights on the same positions in every text (position-driven), towards 1
    /// for one whose weights depend on what stands there. After the variability of Vig and Belinkov 2019, but in
    /// squares, so that one pass is enough.
    /// </summary>
    public static HeadFeature ContentShare { get; } = new(
        "content_share", "share",
        $"Σ_ij Var_texts(A_ij) / Σ_ij E[A_ij²], i, j < {FirstTokens}, over texts of at least {FirstTokens} tokens",
        "after Vig & Belinkov 2019", First,
        m =>
        {
            const int Cells = FirstTokens * FirstTokens;
            double texts = m[2 * Cells], variance = 0, squares = 0;
            for (int c = 0; c < Cells; c++)
            {
                variance += Positive(m[Cells + c] / texts - m[c] / texts * (m[c] / texts), m[Cells + c] / texts);
                squares += m[Cells + c] / texts;
            }
            return variance / squares; // NaN where no text is long enough
        })
    { Range = "0 … 1", LeastTokens = FirstTokens, LeavesOutShorter = true };

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } = [TextSpread, VarianceWithin, VarianceQueries, VarianceTexts, ContentShare];

    private static HeadFeature Share(string name, string definition, Func<IReadOnlyList<double>, (double Difference, double Of)> part) =>
        new(name, "share",
            $"{definition}, Var = E[m₂] − E[m₁]², m₁ = Σ_ij A_ij|i−j|/n, m₂ = Σ_ij A_ij|i−j|²/n, r₂ = Σ_i (Σ_j A_ij|i−j|)²/n",
            "law of total variance", Moments,
        m =>
        {
            var (difference, of) = part(m);
            double all = Positive(m[1] - m[0] * m[0], m[1]);
            return all > 0 ? Positive(difference, of) / all : 0;
        })
        { Range = "0 … 1" };

    // A difference of float32 sums that is no more than their rounding does not count.
    private static double Positive(double difference, double of) => difference > 1e-6 * of ? difference : 0;
}
