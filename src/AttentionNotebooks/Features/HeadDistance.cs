using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// How differently two heads attend: a distance between two rows of weights p and q of the same query, averaged over the
/// queries of a text and then over texts. Computed for all pairs of heads at once.
/// </summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Definition">The formula for two rows p and q.</param>
/// <param name="Source">Who uses it.</param>
/// <param name="Pairwise">From the rows of N heads at R queries, <c>[R, N, T]</c> float64, to the sum over queries, <c>[N, N]</c>.</param>
public sealed record HeadDistance(string Name, string Definition, string Source, Func<Tensor, Tensor> Pairwise)
{
    // Apart from the distances, so that these can be named and listed where libtorch does not load.
    private static class Constants
    {
        public static readonly Scalar Half = 0.5.ToScalar(), RootHalf = Math.Sqrt(0.5).ToScalar(),
            Zero = 0.0.ToScalar(), Tiny = 1e-300.ToScalar();
    }

    /// <summary>Jensen–Shannon divergence, in nats, from 0 to ln 2. Not its square root.</summary>
    public static HeadDistance JensenShannon { get; } = new(
        "js", "H((p+q)/2) − (H(p)+H(q))/2, nats", "Clark et al. 2019, §6", JensenShannonSum);

    /// <summary>Hellinger distance, from 0 to 1.</summary>
    public static HeadDistance Hellinger { get; } = new("hellinger", "sqrt(½ Σ_j (√p_j − √q_j)²)", "Hellinger 1909", rows =>
    {
        // Not as sqrt(1 − Σ √(pq)), nor by matrix products: for like rows both are the root of a rounding error.
        var root = rows.sqrt();
        return cdist(root, root, 2.0, compute_mode.donot_use_mm_for_euclid_dist).mul(Constants.RootHalf).sum(dim: 0);
    });

    /// <summary>Cosine distance, from 0 to 1.</summary>
    public static HeadDistance Cosine { get; } = new("cosine", "1 − p·q / (|p|·|q|)", "Bian et al. 2021", CosineSum);

    /// <summary>Correlation distance, from 0 to 2. A uniform row has no correlation and counts as uncorrelated: 1.</summary>
    public static HeadDistance Correlation { get; } = new("correlation", "1 − Pearson correlation of p and q", "Bian et al. 2021",
        rows => CosineSum(rows.Minus(rows.mean([-1L], keepdim: true))));

    /// <summary>Total variation, from 0 to 1: the mass that would have to move.</summary>
    public static HeadDistance TotalVariation { get; } = new(
        "tv", "½ Σ_j |p_j − q_j|", "textbook", rows => AbsoluteSum(rows).mul(Constants.Half));

    /// <summary>
    /// Wasserstein-1 distance along positions, in tokens: how far mass would have to move. Σ_j |P_j − Q_j| with cumulative sums
    /// P, Q.
    /// </summary>
    public static HeadDistance Wasserstein { get; } = new(
        "w1", "Σ_j |Σ_{i≤j} (p_i − q_i)|, tokens", "Vallender 1974", rows => AbsoluteSum(rows.cumsum(-1)));

    /// <summary>
    /// Jensen–Shannon divergence of smoothed rows, (1 − s)·p + s/n, as in Clark et al.'s released code (s = 0.001); their paper
    /// sums it over tokens and texts where this kit takes means.
    /// </summary>
    /// <param name="smoothing">s, from 0 to 1.</param>
    /// <exception cref="InputException">It is not.</exception>
    public static HeadDistance JensenShannonSmoothed(double smoothing)
    {
        if (smoothing is not (>= 0 and <= 1))
            throw new InputException(FormattableString.Invariant($"smoothing {smoothing}"), null, "is not a share",
                "Choose from 0 (none) to 1; Clark et al. 2019 use 0.001");
        Scalar kept = (1 - smoothing).ToScalar(), spread = smoothing.ToScalar();
        return smoothing == 0 ? JensenShannon : new("js",
            FormattableString.Invariant($"Jensen–Shannon divergence of (1−s)·p + s/n and (1−s)·q + s/n, s = {smoothing}, nats"),
            "Clark et al. 2019, released code",
            rows => JensenShannonSum(
                rows.mul(kept).add(ones_like(rows).div(tensor((double)rows.shape[^1], dtype: rows.dtype, device: rows.device)), spread)));
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<HeadDistance> All { get; } = [JensenShannon, Hellinger, Cosine, Correlation, TotalVariation, Wasserstein];

    /// <summary>The distance of that name.</summary>
    /// <param name="name">Its name, e.g. <c>js</c>.</param>
    /// <exception cref="InputException">There is no such distance.</exception>
    public static HeadDistance Get(string name) =>
        All.FirstOrDefault(d => d.Name == name) ?? throw Spelling.Unknown("distance", name, [.. All.Select(d => d.Name)]);

    private static Tensor AbsoluteSum(Tensor rows) =>
        rows.device_type == DeviceType.CPU ? PairSums.Of<AbsoluteTerm>(rows) : cdist(rows, rows, 1.0).sum(dim: 0);

    // JS = H(m) − (H(p) + H(q))/2 with m the middle. On a GPU one head against all later ones at a time, so that the middles
    // of N heads' rows are in memory and not those of N² pairs.
    private static Tensor JensenShannonSum(Tensor rows)
    {
        if (rows.device_type == DeviceType.CPU) return PairSums.Of<JensenShannonTerm>(rows);
        long n = rows.shape[1];
        var entropy = ConcentrationFeatures.EntropyOf(rows);                                  // [R, N]
        var result = zeros(n, n, ScalarType.Float64, rows.device);
        for (long a = 0; a < n - 1; a++)
        {
            using var scope = NewDisposeScope();
            var middle = rows.narrow(1, a, 1).Plus(rows.narrow(1, a + 1, n - a - 1)).mul_(Constants.Half);   // [R, N − a − 1, T]
            var own = entropy.narrow(1, a, 1).Plus(entropy.narrow(1, a + 1, n - a - 1)).mul_(Constants.Half);
            var sum = ConcentrationFeatures.EntropyOf(middle).Minus(own).clamp_min(Constants.Zero).sum(dim: 0);
            result[a].narrow(0, a + 1, n - a - 1).copy_(sum);
        }
        return result.Plus(result.t());
    }

    private static Tensor CosineSum(Tensor rows)
    {
        var unit = rows / rows.norm(-1, keepdim: true).clamp_min(Constants.Tiny);
        return unit.matmul(unit.transpose(-2, -1)).OneMinus().clamp_min(Constants.Zero).sum(dim: 0);
    }
}
