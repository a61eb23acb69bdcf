namespace AttentionNotebooks;

/// <summary>
/// Attention weighed by what it carries: a head may look at a token and take nothing from it, because the vector handed over
/// is short. Kobayashi et al. 2020, "Attention is Not Only a Weight" (formula as in their released code):
/// ‖α_ij·f(x_j)‖ = α_ij·‖f(x_j)‖ with f(x) = (x·W^V + b^V)·W^O.
/// </summary>
/// <remarks>B stands for the weights with every row brought back to sum 1: B_ij = A_ij·‖f(x_j)‖ / Σ_k A_ik·‖f(x_k)‖.</remarks>
public static class ValueFeatures
{
    private const string Source = "Kobayashi et al. 2020";

    /// <summary>How long the vectors are that the head hands over: the mean over tokens of ‖f(x_j)‖, in units of the hidden states.</summary>
    public static HeadFeature ValueNorm { get; } = new("value_norm", "hidden units", "(1/n) Σ_j ‖f(x_j)‖", Source,
        (_, t) => t.MeanOverQueries(t.ValueNorms)) { Range = "0 …", Needs = FeatureNeeds.Values };

    /// <summary>How much a query is given in all: the mean over queries of Σ_j ‖α_ij·f(x_j)‖, in units of the hidden states.</summary>
    public static HeadFeature NormMass { get; } = new("norm_mass", "hidden units", "(1/n) Σ_ij ‖A_ij·f(x_j)‖", Source,
        (a, t) => (t.KeySums(a) * t.ValueNorms).sum(dim: -1) / t.Lengths) { Range = "0 …", Needs = FeatureNeeds.Values };

    /// <summary>Mean distance of what is carried, Σ_ij B_ij·|i − j| / n, in tokens; beside mean_distance it says whether the far looks bring anything.</summary>
    public static HeadFeature NormDistance { get; } = new("norm_distance", "tokens", "Σ_ij B_ij·|i−j| / n", $"after {Source}",
        (a, t) => t.Weighted(t.NormWeights(a), t.Distance)) { Range = "0 … (3n² − 2n − r)/(4n), r = n mod 2", Needs = FeatureNeeds.Values };

    /// <summary>What is carried from [CLS], Σ_i B_i,[CLS] / n.</summary>
    public static HeadFeature NormCls { get; } = new("norm_cls", "share", "Σ_i B_i,[CLS] / n", $"after {Source}",
        (a, t) => t.OnKeys(t.NormWeights(a), t.IsCls)) { Range = "0 … 1", Needs = FeatureNeeds.Values };

    /// <summary>What is carried from [SEP], Σ_i Σ_j∈[SEP] B_ij / n: often far less than the attention on it.</summary>
    public static HeadFeature NormSep { get; } = new("norm_sep", "share", "Σ_i Σ_j∈[SEP] B_ij / n", $"after {Source}",
        (a, t) => t.OnKeys(t.NormWeights(a), t.IsSep)) { Range = "0 … 1", Needs = FeatureNeeds.Values };

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } = [ValueNorm, NormMass, NormDistance, NormCls, NormSep];
}
