using AttentionNotebooks.Bert;
using TorchSharp;

namespace AttentionNotebooks.Features;

/// <summary>How far a head looks, in tokens.</summary>
public static class DistanceFeatures
{
    // A Scalar in a field: an implicit one is a temporary that may be finalised during the native call.
    private static readonly Scalar TwoTokens = 2.ToScalar();

    /// <summary>
    /// Mean distance, Σ_ij A_ij·|i − j| / n, in tokens, from 0. The uniform map has (n² − 1)/(3n), the identity 0.
    /// Vig and Belinkov 2019 define it for causal attention; this is the same over all keys.
    /// </summary>
    public static HeadFeature MeanDistance { get; } = new("mean_distance", "tokens", "Σ_ij A_ij·|i−j| / n", "after Vig & Belinkov 2019",
        (a, t) => t.Weighted(a, t.Distance));

    /// <summary>Mean signed offset, Σ_ij A_ij·(j − i) / n, in tokens: negative looks back, positive ahead.</summary>
    public static HeadFeature MeanOffset { get; } = new("mean_offset", "tokens", "Σ_ij A_ij·(j−i) / n", "signed form of mean_distance",
        (a, t) => t.Weighted(a, t.Offset));

    /// <summary>Spread: the mean over queries of the standard deviation of j − i under the row's weights, in tokens.</summary>
    public static HeadFeature DistanceStd { get; } = new("distance_std", "tokens", "(1/n) Σ_i sqrt(Σ_j A_ij·(j−μ_i)²), μ_i = Σ_j A_ij·j", "this kit",
        (a, t) =>
        {
            // Two passes: E[j²] − E[j]² would cancel in float32 for a sharp head that looks far.
            using var centre = a.matmul(t.Position).unsqueeze(-1);             // [B, H, T, 1]
            using var deviation = t.Position.add(centre, Scalars.MinusOne);                         // [B, H, T, T]
            return t.MeanOverQueries((a * deviation.square()).sum(dim: -1).sqrt());
        });

    /// <summary>Mass within two tokens, Σ_{|i−j| ≤ 2} A_ij / n, a share from 0 to 1.</summary>
    public static HeadFeature Local2 { get; } = new("local_2", "share", "Σ_{|i−j|≤2} A_ij / n", "this kit",
        (a, t) =>
        {
            using var near = t.Distance.le(TwoTokens).to_type(a.dtype);
            return t.Weighted(a, near);
        });
}
