namespace AttentionNotebooks;

/// <summary>
/// What a head hands over from each kind of token, beside what it looks at: the shares of ‖α_ij·f(x_j)‖ and of α_ij that fall
/// on a kind of key, each text's rows brought to sum 1. Kobayashi et al. 2020; type averages are means over queries of the sum over the
/// kind's keys.
/// </summary>
public static class NormFeatures
{
    /// <summary>The share of attention on a kind of key, Σ_i Σ_j∈kind A_ij / n.</summary>
    /// <param name="type">The kind.</param>
    public static HeadFeature Attention(KeyType type) =>
        new($"attention_{type.Suffix()}", "share", "Σ_i Σ_j∈kind A_ij / n", "Clark et al. 2019, §3.2",
        m => m.OnKeys(Marks(m.Batch, type)))
        { Range = "0 … 1", Needs = FeatureNeeds.Tokens, Kind = MeasureKind.SpecialTokens };

    /// <summary>The share of what is handed over that comes from a kind of key, Σ_i Σ_j∈kind B_ij / n, with B the weights times ‖f(x_j)‖,
    /// rows of sum 1.</summary>
    /// <param name="type">The kind.</param>
    public static HeadFeature Norm(KeyType type) =>
        new($"norm_{type.Suffix()}", "share", "Σ_i Σ_j∈kind B_ij / n", "after Kobayashi et al. 2020",
        m => m.OnKeys(m.NormWeights(), Marks(m.Batch, type)))
        { Range = "0 … 1", Needs = FeatureNeeds.Tokens | FeatureNeeds.Values, Kind = MeasureKind.Norm };

    private static TorchSharp.torch.Tensor Marks(TextBatch batch, KeyType type) =>
        batch.Cached($"key type {type}", () => batch.MarkTokens((token, role) => KeyTypes.Of(token, role) == type));
}
