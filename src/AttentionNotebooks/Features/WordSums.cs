using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Sums over the pairs that count, row by row: <c>[B, H, R]</c> with a row per token or per word; 0 for other rows.</summary>
/// <param name="Mass">Σ_j a_ij.</param>
/// <param name="Distance">Σ_j a_ij·|p_i − p_j|, p the positions.</param>
/// <param name="Offset">Σ_j a_ij·(p_j − p_i).</param>
/// <param name="Spread">The standard deviation of p_j − p_i under the row's weights; <see langword="null"/> where it is not asked
/// for.</param>
internal sealed record WordSums(Tensor Mass, Tensor Distance, Tensor Offset, Tensor? Spread) : IDisposable
{
    /// <summary>1 for rows with some weight on what counts, <c>[B, H, R]</c>.</summary>
    public Tensor Some => Mass.ge(Constants.Least).to_type(Mass.dtype);

    /// <summary>A sum of each row divided by the row's mass, averaged over the rows with mass.</summary>
    /// <returns><c>[B, H]</c>; NaN where no row has mass.</returns>
    public Tensor ByRow(Tensor sums) => MeanOfRows(sums / Mass.clamp_min(Constants.Least));

    /// <summary>The mean over the rows with mass.</summary>
    /// <returns><c>[B, H]</c>; NaN where no row has mass.</returns>
    public Tensor MeanOfRows(Tensor values)
    {
        var some = Some;
        return (values * some).sum(dim: -1) / some.sum(dim: -1);
    }

    /// <summary>A sum over all rows divided by the mass of all rows.</summary>
    /// <returns><c>[B, H]</c>; NaN where no row has mass.</returns>
    public Tensor ByMass(Tensor sums)
    {
        var some = Some;
        return (sums * some).sum(dim: -1) / (Mass * some).sum(dim: -1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in (Tensor?[])[Mass, Distance, Offset, Spread]) sum?.Dispose();
    }

    /// <summary>The sums over any weights.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>.</param>
    /// <param name="pairs">Which pairs count.</param>
    /// <param name="spread">Whether the spread is asked for, which has no meaning for merged rows.</param>
    public static WordSums Of(Tensor maps, WordPairs pairs, bool spread = false)
    {
        using var scope = NewDisposeScope();
        var sums = MapScan.Takes(maps) ? WordScan.Of(maps, pairs, spread) : ByTensors(maps, pairs, spread);
        if (pairs.Merge is null) return sums;
        using (sums)
            return new WordSums(Merged(sums.Mass), Merged(sums.Distance), Merged(sums.Offset), null);

        // Attention to a split word is the sum over its pieces, attention from it the mean (Clark et al. 2019, §4.1).
        Tensor Merged(Tensor rows) => rows.matmul(pairs.Merge!.to_type(rows.dtype)).DetachFromDisposeScope();
    }

    // Anywhere but in float32 on the CPU.
    private static WordSums ByTensors(Tensor maps, WordPairs pairs, bool spread)
    {
        var away = pairs.Offsets.to_type(maps.dtype).unsqueeze(1);
        var counted = maps * pairs.Weights.to_type(maps.dtype).unsqueeze(1);
        Tensor mass = counted.sum(dim: -1), offset = (counted * away).sum(dim: -1);
        var centre = (offset / mass.clamp_min(Constants.Least)).unsqueeze(-1);
        return new WordSums(Kept(mass), Kept((counted * away.abs()).sum(dim: -1)), Kept(offset),
            spread ? Kept(((away.Minus(centre)).Squared() * counted).sum(dim: -1).div(mass.clamp_min(Constants.Least)).sqrt()) : null);

        static Tensor Kept(Tensor t) => t.DetachFromDisposeScope();
    }

    private static class Constants
    {
        // Less is no weight: a quotient of such numbers would have no digits.
        public static readonly Scalar Least = 1e-30.ToScalar();
    }
}
