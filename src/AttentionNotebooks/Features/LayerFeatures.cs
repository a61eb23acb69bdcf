namespace AttentionNotebooks;

/// <summary>How far a head looks when what lies below it is counted in: its keys are mixtures of the layers below.</summary>
public static class LayerFeatures
{
    /// <summary>
    /// Mean distance of the head's attention rolled out to the input, Σ_ij R_ij·|i − j| / n with R = (½A + ½I)·Ã and Ã the
    /// rollout of all heads below. Abnar and Zuidema 2020 roll out whole layers; a single head over the layers below is how we
    /// read their formula for one head.
    /// </summary>
    public static HeadFeature RolloutDistance { get; } = new(
        "rollout_distance", "tokens", "Σ_ij [(½A + ½I)·Ã]_ij·|i−j| / n, Ã the rollout of the layers below", "after Abnar & Zuidema 2020",
        m =>
        {
            // Σ_ij (M·Ã)_ij·|i−j| = Σ_ik M_ik·C_ik with C_ik = Σ_j Ã_kj·|i−j|: a matrix per text, and none per head.
            var costs = m.Distance.matmul(Rollout.Below(m).transpose(-2, -1)) * m.Mask.unsqueeze(-1);     // [B, T, T]
            long b = m.Probabilities.shape[0], h = m.Probabilities.shape[1];
            var looked = m.Probabilities.reshape(b, h, -1).bmm(costs.reshape(b, -1, 1)).squeeze(-1);                       // [B, H]
            var stayed = costs.diagonal(0, -2, -1).sum(dim: -1, keepdim: true);                              // [B, 1]
            return looked.Plus(stayed) / m.Lengths.Plus(m.Lengths);
        })
    { Range = "0 …", LeastTokens = 2 };

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } = [RolloutDistance];
}
