using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// Sums over maps that formulas are made of. With an argument <c>a</c> they are of any weights <c>[B, H, T, T]</c>; without it of
/// the layer's own maps, and then computed once for all formulas.
/// </summary>
public static class LayerSums
{
    /// <summary>Attention that a weighting of query and key picks out: Σ_ij a_ij·w_ij.</summary>
    /// <param name="m">The layer.</param>
    /// <param name="weight">w, <c>[T, T]</c>, such as <see cref="LayerMaps.Distance"/>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public static Tensor Sum(this LayerMaps m, Tensor weight) => m.Sum(m.Probabilities, weight);

    /// <summary>Attention that a weighting of query and key picks out: Σ_ij a_ij·w_ij.</summary>
    /// <param name="m">The layer.</param>
    /// <param name="a"><c>[B, H, T, T]</c>.</param>
    /// <param name="weight">w, <c>[T, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public static Tensor Sum(this LayerMaps m, Tensor a, Tensor weight)
    {
        // One pass over the maps as a matrix-vector product, instead of a product map as large as they are.
        long b = a.shape[0], h = a.shape[1];
        return a.reshape(b * h, -1).mv(weight.reshape(-1).to_type(a.dtype)).reshape(b, h);
    }

    /// <summary>The same per token of the text: Σ_ij a_ij·w_ij / n.</summary>
    /// <param name="m">The layer.</param>
    /// <param name="a"><c>[B, H, T, T]</c>.</param>
    /// <param name="weight">w, <c>[T, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public static Tensor Weighted(this LayerMaps m, Tensor a, Tensor weight) => m.Sum(a, weight) / m.Lengths;

    /// <summary>What every key gets from all queries, Σ_i a_ij.</summary>
    /// <returns><c>[B, H, T]</c>, 0 at padding.</returns>
    public static Tensor KeySums(this LayerMaps m) => m.Scan()?.KeySums ?? m.Shared(nameof(KeySums), () => m.Probabilities.sum(dim: 2));

    /// <summary>Attention that marked keys get, per token of the text: Σ_ij a_ij·m_j / n.</summary>
    /// <param name="m">The layer.</param>
    /// <param name="marked">m, <c>[B, T]</c>, such as <see cref="LayerMaps.IsSep"/>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public static Tensor OnKeys(this LayerMaps m, Tensor marked) => (m.KeySums() * marked.unsqueeze(1)).sum(dim: -1) / m.Lengths;

    /// <summary>Attention that marked keys get, per token of the text: Σ_ij a_ij·m_j / n.</summary>
    /// <param name="m">The layer.</param>
    /// <param name="a"><c>[B, H, T, T]</c>.</param>
    /// <param name="marked">m, <c>[B, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public static Tensor OnKeys(this LayerMaps m, Tensor a, Tensor marked) =>
        (a.sum(dim: 2) * marked.unsqueeze(1)).sum(dim: -1) / m.Lengths;

    /// <summary>Attention at one offset, per token of the text: Σ_i a_i,i+o / n.</summary>
    /// <param name="m">The layer.</param>
    /// <param name="offset">o = j − i.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public static Tensor OnDiagonal(this LayerMaps m, int offset) =>
        (m.Scan()?.Diagonal(offset) ?? m.Probabilities.diagonal(offset, -2, -1).sum(dim: -1)) / m.Lengths;

    /// <summary>The mean over a text's own queries of a value per query; what stands at padding does not count.</summary>
    /// <param name="m">The layer.</param>
    /// <param name="perQuery"><c>[B, H, T]</c>.</param>
    /// <returns><c>[B, H]</c>.</returns>
    public static Tensor MeanOverQueries(this LayerMaps m, Tensor perQuery) => (perQuery * m.Mask.unsqueeze(1)).sum(dim: -1) / m.Lengths;

    /// <summary>
    /// The sums that one pass over the maps gives; <see langword="null"/> where that pass does not take them (on a GPU), and a
    /// formula goes its own way.
    /// </summary>
    internal static MapSums? Scan(this LayerMaps m) =>
        MapScan.Takes(m.Probabilities) ? m.Shared(nameof(MapScan), () => MapScan.Of(m.Probabilities)) : null;
}
