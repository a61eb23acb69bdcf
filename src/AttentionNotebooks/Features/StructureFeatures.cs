namespace AttentionNotebooks.Features;

/// <summary>
/// The shape of a head's map: Yang, Liu and Lee 2020, "Understanding Self-Attention of Self-Supervised Audio
/// Transformers" (arXiv 2006.03265).
/// </summary>
public static class StructureFeatures
{
    private const string Source = "Yang et al. 2020";

    /// <summary>
    /// Globalness, the mean row entropy G = (1/n) Σ_i H(A_i), in nats, from 0 to ln n. The same number as
    /// <see cref="ConcentrationFeatures.Entropy"/>: kept under its own name for readers of the paper.
    /// </summary>
    public static HeadFeature Globalness { get; } = new("globalness", "nats", "(1/n) Σ_i H(A_i)", Source, ConcentrationFeatures.Entropy.Compute);

    /// <summary>Verticality, V = −H((1/n) Σ_i A_i), in nats, from −ln n to 0 (every query looks at one same key).</summary>
    public static HeadFeature Verticality { get; } = new("verticality", "nats", "−H((1/n) Σ_i A_i)", Source,
        (a, t) =>
        {
            using var column = a.sum(dim: 2) / t.Lengths.unsqueeze(-1);        // [B, H, T]: how much of all attention each key gets
            return -ConcentrationFeatures.RowEntropy(column);
        });

    /// <summary>Diagonality, D = −Σ_ij |i − j|·A_ij / n², from −(n² − 1)/(3n²) for the uniform map to 0 for the identity.</summary>
    public static HeadFeature Diagonality { get; } = new("diagonality", "per token", "−Σ_ij |i−j|·A_ij / n²", Source,
        (a, t) => -(t.Weighted(a, t.Distance) / t.Lengths));
}
