using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static AttentionNotebooks.MapScan;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// The sums of <see cref="WordSums"/> in one pass over maps on the CPU. A map is summed by one thread in a fixed order, so that
/// no bit depends on the number of threads.
/// </summary>
internal static class WordScan
{
    /// <summary>How many numbers go at a time.</summary>
    public const int Lanes = 16;

    /// <summary>Reads all maps once, or twice with the spread.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>, such as <see cref="MapScan.Takes"/> takes.</param>
    /// <param name="pairs">Which pairs count.</param>
    /// <param name="spread">Whether the spread is asked for.</param>
    /// <returns>The sums of the tokens' rows; the caller disposes them.</returns>
    public static unsafe WordSums Of(Tensor maps, WordPairs pairs, bool spread)
    {
        long b = maps.shape[0], h = maps.shape[1];
        int t = (int)maps.shape[2];
        var sums = new WordSums(Empty(b, h, t), Empty(b, h, t), Empty(b, h, t), spread ? Empty(b, h, t) : null);
        nint all = Address(maps), masses = Address(sums.Mass), distances = Address(sums.Distance), offsets = Address(sums.Offset),
            spreads = spread ? Address(sums.Spread!) : 0;
        Parallel.For(0, (int)(b * h), new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, get_num_threads()) },
            () => ArrayPool<float>.Shared.Rent(Lanes), (m, _, scratch) =>
        {
            int text = m / (int)h, first = m * t;
            fixed (float* end = scratch, masks = &pairs.Masks[text * pairs.MasksPerText * pairs.Stride])
            fixed (int* maskOf = &pairs.MaskOf[text * t])
            {
                var map = new Map((float*)all + (long)first * t, t, end, masks, maskOf, pairs.Stride);
                map.Read((float*)masses + first, (float*)distances + first, (float*)offsets + first,
                    spread ? (float*)spreads + first : null);
            }
            return scratch;
        }, scratch => ArrayPool<float>.Shared.Return(scratch));
        return sums;
    }

    // One map; end has room for the end of a row, which does not fill a vector.
    private readonly unsafe struct Map(float* weights, int tokens, float* end, float* masks, int* maskOf, int stride)
    {
        // Made as good as it gets at once: a batch has thousands of rows, and the first counts as well.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Read(float* mass, float* distance, float* offset, float* spread)
        {
            int n = tokens, whole = tokens / Lanes * Lanes;
            float* rest = end;
            new Span<float>(rest, Lanes).Clear();
            for (int i = 0; i < n; i++)
            {
                mass[i] = distance[i] = offset[i] = 0;
                if (spread is not null) spread[i] = 0;
                if (maskOf[i] < 0) continue;
                float* row = weights + (long)i * n, mask = masks + maskOf[i] * stride;
                for (int j = whole; j < n; j++) rest[j - whole] = row[j];
                Vector512<float> sum = default, far = default, ahead = default, step = Vector512.Create((float)Lanes),
                    first = Vector512<float>.Indices - Vector512.Create((float)i), away = first; // j − i
                for (int j = 0; j < n; j += Lanes, away += step)
                {
                    // The query's own weight is 0 away: it would add to the mass alone.
                    var counted = Vector512.Load(j < whole ? row + j : rest) * Vector512.Load(mask + j);
                    var moved = counted * away;
                    sum += counted & ~Vector512.Equals(away, Vector512<float>.Zero);
                    ahead += moved;
                    far += Vector512.Abs(moved);
                }
                mass[i] = Vector512.Sum(sum);
                distance[i] = Vector512.Sum(far);
                offset[i] = Vector512.Sum(ahead);
                if (spread is null || mass[i] <= 0) continue;
                // A pass of its own, over a row that is near: E[j²] − E[j]² would cancel in float32 for a sharp head that looks far.
                Vector512<float> squares = default, centre = Vector512.Create(offset[i] / mass[i]);
                away = first;
                for (int j = 0; j < n; j += Lanes, away += step)
                {
                    var counted = Vector512.Load(j < whole ? row + j : rest) * Vector512.Load(mask + j)
                        & ~Vector512.Equals(away, Vector512<float>.Zero);
                    squares = Vector512.FusedMultiplyAdd((away - centre) * (away - centre), counted, squares);
                }
                spread[i] = MathF.Sqrt(Vector512.Sum(squares) / mass[i]);
            }
        }
    }
}
