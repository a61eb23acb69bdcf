using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>How far a head looks, in tokens.</summary>
public static class DistanceFeatures
{
    /// <summary>
    /// Mean distance, Σ_ij A_ij·|i − j| / n, in tokens, from 0. The uniform map has (n² − 1)/(3n), the identity 0.
    /// Vig and Belinkov 2019 define it for causal attention; this is the same over all keys.
    /// </summary>
    public static HeadFeature MeanDistance { get; } = new("mean_distance", "tokens", "Σ_ij A_ij·|i−j| / n", "after Vig & Belinkov 2019",
        m => (m.Scan()?.Distance ?? m.Sum(m.Distance)) / m.Lengths)
    { Range = "0 … (3n² − 2n − r)/(4n), r = n mod 2", LeastTokens = 2 };

    /// <summary>Mean signed offset, Σ_ij A_ij·(j − i) / n, in tokens: negative looks back, positive ahead.</summary>
    public static HeadFeature MeanOffset { get; } = new("mean_offset", "tokens", "Σ_ij A_ij·(j−i) / n", "signed form of mean_distance",
        m => (m.Scan()?.Offset ?? m.Sum(m.Offset)) / m.Lengths)
    { Range = "−(n−1)/2 … (n−1)/2", LeastTokens = 2 };

    /// <summary>Spread: the mean over queries of the standard deviation of j − i under the row's weights, in tokens.</summary>
    public static HeadFeature DistanceStd { get; } = new(
        "distance_std", "tokens", "(1/n) Σ_i sqrt(Σ_j A_ij·(j−μ_i)²), μ_i = Σ_j A_ij·j", "this kit",
        m => m.MeanOverQueries(m.RowSpread()))
    { Range = "0 … (n−1)/2", LeastTokens = 2 };

    /// <summary>Mass within two tokens, Σ_{|i−j| ≤ 2} A_ij / n, a share from 0 to 1.</summary>
    public static HeadFeature Local2 { get; } = new("local_2", "share", "Σ_{|i−j|≤2} A_ij / n", "this kit",
        m => m.OnDiagonal(-2).Plus(m.OnDiagonal(-1)).Plus(m.OnDiagonal(0)).Plus(m.OnDiagonal(1)).Plus(m.OnDiagonal(2)))
    { Range = "0 … 1", LeastTokens = 4 };

    /// <summary>
    /// Mean distance divided by the uniform map's, (n² − 1)/(3n), so that texts of all lengths compare: 1 for a head that spreads
    /// evenly; 0 in a text of one token.
    /// </summary>
    public static HeadFeature RelativeDistance { get; } = new(
        "relative_distance", "of uniform", "mean_distance / ((n²−1)/(3n))", "this kit",
        m => MeanDistance.Compute(m) / m.UniformDistance())
    { Range = "0 … below 9/4", LeastTokens = 2 };

    /// <summary>
    /// Cumulative attention diagonality: the mass within a share r of the text's length, averaged over all r from 0 to 1.
    /// The integral of that step function is 1 − mean_distance/(n − 1); 1 in a text of one token.
    /// </summary>
    public static HeadFeature CumulativeDiagonality { get; } = new(
        "cumulative_diagonality", "share", "∫₀¹ (1/n) Σ_{|i−j| ≤ r(n−1)} A_ij dr = 1 − mean_distance/(n−1)",
        "after Shim et al. 2022 (formula from memory)",
        m => (MeanDistance.Compute(m) / m.LongestDistance()).OneMinus())
    { Range = "0 … 1", LeastTokens = 2 };

    /// <summary>Mass ahead of the query, Σ_{j > i} A_ij / n.</summary>
    public static HeadFeature Ahead { get; } = new("ahead", "share", "Σ_{j>i} A_ij / n", "this kit",
        m => m.OffsetShares().narrow(-1, m.Length, m.Length - 1).sum(dim: -1))
    { Range = "0 … (n−1)/n", LeastTokens = 2 };

    /// <summary>Mass behind the query, Σ_{j &lt; i} A_ij / n.</summary>
    public static HeadFeature Behind { get; } = new("behind", "share", "Σ_{j<i} A_ij / n", "this kit",
        m => m.OffsetShares().narrow(-1, 0, m.Length - 1).sum(dim: -1))
    { Range = "0 … (n−1)/n", LeastTokens = 2 };

    /// <summary>A quantile of the distance: the least d within which at least the share q of the attention falls.</summary>
    /// <param name="percent">100·q, from 1 to 99.</param>
    public static HeadFeature Quantile(int percent)
    {
        // Made when first asked of a map: a feature can be named and listed where libtorch does not load.
        var share = new Lazy<Scalar>(() => (percent / 100.0 - 1e-6).ToScalar());
        return new($"distance_q{percent}", "tokens", $"min d : Σ_{{|i−j|≤d}} A_ij / n ≥ {percent} %", "this kit",
            m =>
            {
                // A share that is reached but for float32's rounding is reached.
                using var within = m.DistanceShares().cumsum(-1).lt(share.Value);                               // [B, H, T]
                return within.to_type(ScalarType.Float32).sum(dim: -1);
            })
        { Range = "0 … n−1", LeastTokens = 2 };
    }

    /// <summary>Mass within a window, Σ_{|i−j| ≤ d} A_ij / n.</summary>
    /// <param name="tokens">d, from 0.</param>
    public static HeadFeature Within(int tokens) => Band($"within_{tokens}", $"Σ_{{|i−j|≤{tokens}}} A_ij / n", 0, tokens);

    /// <summary>Mass beyond a window, Σ_{|i−j| > d} A_ij / n.</summary>
    /// <param name="tokens">d, from 0.</param>
    public static HeadFeature Beyond(int tokens) => Band($"beyond_{tokens}", $"Σ_{{|i−j|>{tokens}}} A_ij / n", tokens + 1, int.MaxValue);

    /// <summary>The histogram of distances in bins that double: 0, 1, 2, 3–4, 5–8, … 33–64, 65 and more. The bins sum to 1.</summary>
    public static IReadOnlyList<HeadFeature> Histogram { get; } =
    [
        .. new[] { (0, 0), (1, 1), (2, 2), (3, 4), (5, 8), (9, 16), (17, 32), (33, 64) }
            .Select(b => Band(b.Item1 == b.Item2 ? $"distance_{b.Item1}" : $"distance_{b.Item1}_{b.Item2}",
                $"Σ_{{{b.Item1}≤|i−j|≤{b.Item2}}} A_ij / n", b.Item1, b.Item2)),
        Band("distance_65_on", "Σ_{|i−j|≥65} A_ij / n", 65, int.MaxValue),
    ];

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } =
    [
        MeanDistance, MeanOffset, DistanceStd, Local2, RelativeDistance, CumulativeDiagonality, Ahead, Behind,
        Quantile(10), Quantile(50), Quantile(90), Within(5), Within(10), Beyond(10), .. Histogram,
    ];

    /// <summary>
    /// The feature of a name that carries a number: <c>within_7</c>, <c>beyond_20</c>, <c>distance_q25</c>; else
    /// <see langword="null"/>.
    /// </summary>
    public static HeadFeature? Numbered(string name)
    {
        int? Number(string prefix) =>
            name.StartsWith(prefix, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            && name == prefix + n.ToString(CultureInfo.InvariantCulture) ? n : null;
        return Number("within_") is { } within and <= 100_000 ? Within(within)
            : Number("beyond_") is { } beyond and <= 100_000 ? Beyond(beyond)
            : Number("distance_q") is { } percent and >= 1 and <= 99 ? Quantile(percent) : null;
    }

    /// <summary>The standard deviation of the attended position under each row's weights, sqrt(Σ_j a_ij·(j − μ_i)²), in tokens.</summary>
    /// <returns><c>[B, H, T]</c>.</returns>
    public static Tensor RowSpread(this LayerMaps m) => m.Scan()?.RowSpread ?? m.Probabilities.Stepwise(step =>
    {
        // Two passes: E[j²] − E[j]² would cancel in float32 for a sharp head that looks far.
        var centre = step.matmul(m.Position).unsqueeze(-1);                     // [N, T, 1]
        var deviation = m.Position.Minus(centre);                               // [N, T, T]
        return deviation.mul_(deviation).mul_(step).sum(dim: -1).sqrt_();
    });

    /// <summary>The share of a text's attention at every offset j − i: the sums along the diagonals, divided by n.</summary>
    /// <returns><c>[B, H, 2T − 1]</c>; offset o stands at T − 1 + o. Sums to 1.</returns>
    public static Tensor OffsetShares(this LayerMaps m) =>
        m.Shared(nameof(OffsetShares), () => OffsetSums(m.Probabilities) / m.Lengths.unsqueeze(-1));

    // The sums along the diagonals of maps [B, H, T, T]: [B, H, 2T − 1].
    private static Tensor OffsetSums(Tensor maps)
    {
        // Row i is written i places further left into rows of 2T − 1, so that diagonals become columns.
        long t = maps.shape[^1];
        Tensor? skewed = null, diagonal = null;
        var sums = maps.Stepwise(step =>
        {
            if (skewed is null || skewed.shape[0] != step.shape[0]) // the last step may be shorter
            {
                Free();
                skewed = zeros([step.shape[0], t * (2 * t - 1)], device: step.device).DetachFromDisposeScope();
                diagonal = skewed.as_strided([step.shape[0], t, t], [t * (2 * t - 1), 2 * t - 2, 1], t - 1).DetachFromDisposeScope();
            }
            diagonal!.copy_(step);
            return skewed.view(-1, t, 2 * t - 1).sum(dim: 1);
        });
        Free();
        return sums;

        void Free()
        {
            diagonal?.Dispose();
            skewed?.Dispose();
        }
    }

    /// <summary>The share of a text's attention at every distance |i − j|.</summary>
    /// <returns><c>[B, H, T]</c>; sums to 1.</returns>
    public static Tensor DistanceShares(this LayerMaps m) => m.Shared(nameof(DistanceShares), () => Folded(m.OffsetShares()));

    /// <summary>The sums of maps at every distance |i − j|.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <returns><c>[B, H, T]</c>.</returns>
    internal static Tensor DistanceSums(Tensor maps) => Folded(OffsetSums(maps));

    // From offsets −(T − 1) … T − 1 to distances 0 … T − 1.
    private static Tensor Folded(Tensor offsets)
    {
        long t = (offsets.shape[^1] + 1) / 2;
        var ahead = offsets.narrow(-1, t - 1, t).clone();
        if (t > 1) ahead.narrow(-1, 1, t - 1).PlusInPlace(offsets.narrow(-1, 0, t - 1).flip(-1));
        return ahead;
    }

    // The mass at distances from … to, both included. All of it in a text that reaches no further, none in one that does not reach them.
    private static HeadFeature Band(string name, string definition, int from, int to) => new(name, "share", definition, "this kit",
        m =>
        {
            int first = Math.Min(from, m.Length), count = Math.Max(0, Math.Min(to, m.Length - 1) - first + 1);
            return m.DistanceShares().narrow(-1, first, count).sum(dim: -1);
        })
    { Range = "0 … 1", LeastTokens = from == 0 ? to + 2 : from + 1 };
}
