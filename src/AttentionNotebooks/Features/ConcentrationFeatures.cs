using TorchSharp;

namespace AttentionNotebooks.Features;

/// <summary>How sharply a head looks.</summary>
public static class ConcentrationFeatures
{
    /// <summary>
    /// Entropy, the mean over queries of −Σ_j A_ij·ln A_ij, in nats, from 0 (one key) to ln n (all keys alike).
    /// Clark et al. 2019, §3.3 (without their smoothing).
    /// </summary>
    public static HeadFeature Entropy { get; } = new("entropy", "nats", "−(1/n) Σ_ij A_ij·ln A_ij", "Clark et al. 2019, §3.3",
        (a, t) => t.MeanOverQueries(RowEntropy(a)));

    /// <summary>Confidence: the mean over queries of max_j A_ij, a share from 1/n to 1. Voita et al. 2019 (who leave the end token out).</summary>
    public static HeadFeature MaxWeight { get; } = new("max_weight", "share", "(1/n) Σ_i max_j A_ij", "after Voita et al. 2019, §4",
        (a, t) => t.MeanOverQueries(a.amax([-1])));

    /// <summary>Entropy of distributions along the last dimension, in nats; 0·ln 0 = 0.</summary>
    internal static torch.Tensor RowEntropy(torch.Tensor p) => torch.special.entr(p).sum(dim: -1);
}
