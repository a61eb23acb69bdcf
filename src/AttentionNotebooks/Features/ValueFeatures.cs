using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>
    /// How long the vectors are that the head hands over: the mean over tokens of ‖f(x_j)‖, in units of the hidden states.
    /// </summary>
    public static HeadFeature ValueNorm { get; } = new("value_norm", "hidden units", "(1/n) Σ_j ‖f(x_j)‖", Source,
        m => m.MeanOverQueries(m.ValueNorms))
    { Range = "0 …", Needs = FeatureNeeds.Values };

    /// <summary>How much a query is given in all: the mean over queries of Σ_j ‖α_ij·f(x_j)‖, in units of the hidden states.</summary>
    public static HeadFeature NormMass { get; } = new("norm_mass", "hidden units", "(1/n) Σ_ij ‖A_ij·f(x_j)‖", Source,
        m => (m.KeySums() * m.ValueNorms).sum(dim: -1) / m.Lengths)
    { Range = "0 …", Needs = FeatureNeeds.Values };

    /// <summary>
    /// Mean distance of what is carried, Σ_ij B_ij·|i − j| / n, in tokens; beside mean_distance it says whether the far looks
    /// bring anything.
    /// </summary>
    public static HeadFeature NormDistance { get; } = new("norm_distance", "tokens", "Σ_ij B_ij·|i−j| / n", $"after {Source}",
        m => m.Weighted(m.NormWeights(), m.Distance))
    { Range = "0 … (3n² − 2n − r)/(4n), r = n mod 2", Needs = FeatureNeeds.Values };

    /// <summary>What is carried from [CLS], Σ_i B_i,[CLS] / n.</summary>
    public static HeadFeature NormCls { get; } = new("norm_cls", "share", "Σ_i B_i,[CLS] / n", $"after {Source}",
        m => m.OnKeys(m.NormWeights(), m.IsCls))
    { Range = "0 … 1", Needs = FeatureNeeds.Values };

    /// <summary>What is carried from [SEP], Σ_i Σ_j∈[SEP] B_ij / n: often far less than the attention on it.</summary>
    public static HeadFeature NormSep { get; } = new("norm_sep", "share", "Σ_i Σ_j∈[SEP] B_ij / n", $"after {Source}",
        m => m.OnKeys(m.NormWeights(), m.IsSep))
    { Range = "0 … 1", Needs = FeatureNeeds.Values };

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } = [ValueNorm, NormMass, NormDistance, NormCls, NormSep];

    /// <summary>
    /// Attention weighed by the values' norms, every row brought back to sum 1: B_ij = a_ij·‖f(x_j)‖ / Σ_k a_ik·‖f(x_k)‖.
    /// </summary>
    /// <returns><c>[B, H, T, T]</c>.</returns>
    /// <exception cref="InputException">The source has no values.</exception>
    public static Tensor NormWeights(this LayerMaps m) => m.Shared(nameof(NormWeights), () =>
    {
        var sums = m.Probabilities.matmul(m.ValueNorms.unsqueeze(-1)).clamp_min_(Constants.Tiniest);     // [B, H, T, 1]
        return m.Probabilities.mul(m.ValueNorms.unsqueeze(2)).div_(sums);
    });

    // Apart from the features, so that these can be named and listed where libtorch does not load.
    private static class Constants
    {
        public static readonly Scalar Tiniest = 1e-30.ToScalar();
    }
}
