using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Sums over the pairs that count, row by row: <c>[B, H, T]</c>; 0 for rows that are no query.</summary>
/// <param name="Mass">Σ_j a_ij.</param>
/// <param name="Distance">Σ_j a_ij·|i − j|.</param>
/// <param name="Offset">Σ_j a_ij·(j − i).</param>
/// <param name="Spread">The standard deviation of j − i under the row's weights; <see langword="null"/> where it is not asked
/// for.</param>
internal sealed record WordSums(Tensor Mass, Tensor Distance, Tensor Offset, Tensor? Spread) : IDisposable
{
    /// <summary>1 for rows with some weight on what counts, <c>[B, H, T]</c>.</summary>
    public Tensor Some => Mass.ge(Constants.Least).to_type(Mass.dtype);

    /// <summary>The mean distance of each row, averaged over the rows with weight.</summary>
    /// <returns><c>[B, H]</c>; NaN where no row has weight.</returns>
    public Tensor DistanceByRow() => MeanOfRows(Distance / Mass.clamp_min(Constants.Least));

    /// <summary>The mean offset of each row, averaged over the rows with weight.</summary>
    /// <returns><c>[B, H]</c>; NaN where no row has weight.</returns>
    public Tensor OffsetByRow() => MeanOfRows(Offset / Mass.clamp_min(Constants.Least));

    /// <summary>The spread, averaged over the rows with weight.</summary>
    /// <returns><c>[B, H]</c>; NaN where no row has weight.</returns>
    /// <exception cref="InvalidOperationException">It was not asked for.</exception>
    public Tensor MeanSpread() => MeanOfRows(Spread ?? throw new InvalidOperationException("the spread was not asked for"));

    /// <summary>The distance over all rows divided by the weight of all rows.</summary>
    /// <returns><c>[B, H]</c>; NaN where no row has weight.</returns>
    public Tensor DistanceByMass()
    {
        var some = Some;
        return (Distance * some).sum(dim: -1) / (Mass * some).sum(dim: -1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in (Tensor?[])[Mass, Distance, Offset, Spread]) sum?.Dispose();
    }

    /// <summary>The sums over any weights.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>, of words where pairs are of whole words (<see cref="Merged"/>).</param>
    /// <param name="pairs">Which pairs count.</param>
    /// <param name="spread">Whether the spread is asked for.</param>
    public static WordSums Of(Tensor maps, WordPairs pairs, bool spread = false)
    {
        using var scope = NewDisposeScope();
        return MapScan.Takes(maps) ? WordScan.Of(maps, pairs, spread) : ByTensors(maps, pairs, spread);
    }

    /// <summary>Maps over words: attention to a split word is the sum over its pieces, attention from it the mean (Clark et al. 2019,
    /// §4.1).</summary>
    /// <param name="maps">Maps over pieces, <c>[B, H, tokens, tokens]</c>.</param>
    /// <param name="pairs">Pairs of whole words.</param>
    /// <returns><c>[B, H, T, T]</c>.</returns>
    public static Tensor Merged(Tensor maps, WordPairs pairs)
    {
        var from = pairs.Merge!.to_type(maps.dtype).unsqueeze(1);                       // [B, 1, tokens, T]
        return from.transpose(-2, -1).matmul(maps.matmul(from.sign())).contiguous();
    }

    // Anywhere but in float32 on the CPU.
    private static WordSums ByTensors(Tensor maps, WordPairs pairs, bool spread)
    {
        var away = pairs.Offsets.to_type(maps.dtype);
        var counted = maps * pairs.Weights.to_type(maps.dtype).unsqueeze(1);
        Tensor mass = counted.sum(dim: -1), offset = (counted * away).sum(dim: -1);
        var centre = (offset / mass.clamp_min(Constants.Least)).unsqueeze(-1);
        return new WordSums(Kept(mass), Kept((counted * away.abs()).sum(dim: -1)), Kept(offset),
            spread ? Kept(((away.Minus(centre)).Squared() * counted).sum(dim: -1).div(mass.clamp_min(Constants.Least)).sqrt()) : null);

        static Tensor Kept(Tensor t) => t.DetachFromDisposeScope();
    }

    private Tensor MeanOfRows(Tensor values)
    {
        var some = Some;
        return (values * some).sum(dim: -1) / some.sum(dim: -1);
    }

    private static class Constants
    {
        // Less is no weight: a quotient of such numbers would have no digits.
        public static readonly Scalar Least = 1e-30.ToScalar();
    }
}
