using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
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
            int text = m / (int)h;
            fixed (float* end = scratch, masks = &pairs.Masks[text * pairs.MasksPerText * pairs.Stride])
            {
                for (int i = 0; i < t; i++)
                {
                    int at = m * t + i, mask = pairs.MaskOf[text * t + i];
                    (float mass, float distance, float offset) = default((float, float, float));
                    if (mask >= 0)
                    {
                        var row = new Row((float*)all + (long)at * t, t, end, masks + mask * pairs.Stride, i);
                        (mass, distance, offset) = row.Sums();
                        if (spreads != 0) ((float*)spreads)[at] = mass > 0 ? row.Spread(mass, offset / mass) : 0;
                    }
                    else if (spreads != 0) ((float*)spreads)[at] = 0;
                    ((float*)masses)[at] = mass;
                    ((float*)distances)[at] = distance;
                    ((float*)offsets)[at] = offset;
                }
            }
            return scratch;
        }, scratch => ArrayPool<float>.Shared.Return(scratch));
        return sums;
    }

    private static Tensor Empty(params long[] shape) => empty(shape, ScalarType.Float32).DetachFromDisposeScope();

    private static unsafe nint Address(Tensor tensor)
    {
        fixed (byte* first = tensor.bytes) return (nint)first; // libtorch's own memory, which does not move
    }

    // One query's weights; end has room for the last of them, which do not fill a vector.
    private readonly unsafe struct Row
    {
        private readonly float* _weights, _end, _mask;
        private readonly int _tokens, _whole, _query;

        public Row(float* weights, int tokens, float* end, float* mask, int query)
        {
            _weights = weights;
            _end = end;
            _mask = mask;
            (_tokens, _whole, _query) = (tokens, tokens / Lanes * Lanes, query);
            var rest = new Span<float>(end, Lanes);
            rest.Clear();
            new Span<float>(weights + _whole, tokens - _whole).CopyTo(rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public (float Mass, float Distance, float Offset) Sums()
        {
            Vector512<float> mass = default, distance = default, offset = default, away = Away, step = Vector512.Create((float)Lanes);
            for (int j = 0; j < _tokens; j += Lanes, away += step)
            {
                var counted = Counted(j, away);
                var far = counted * away;
                mass += counted;
                offset += far;
                distance += Vector512.Abs(far);
            }
            return (Vector512.Sum(mass), Vector512.Sum(distance), Vector512.Sum(offset));
        }

        // A pass of its own, over a row that is near: E[j²] − E[j]² would cancel in float32 for a sharp head that looks far.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public float Spread(float mass, float mean)
        {
            Vector512<float> sum = default, away = Away, centre = Vector512.Create(mean), step = Vector512.Create((float)Lanes);
            for (int j = 0; j < _tokens; j += Lanes, away += step)
                sum = Vector512.FusedMultiplyAdd((away - centre) * (away - centre), Counted(j, away), sum);
            return MathF.Sqrt(Vector512.Sum(sum) / mass);
        }

        // j − i of the row's first keys.
        private Vector512<float> Away => Vector512<float>.Indices - Vector512.Create((float)_query);

        // The weights that count; not that of the query itself.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<float> Counted(int j, Vector512<float> away) => Vector512.ConditionalSelect(
            Vector512.Equals(away, Vector512<float>.Zero), Vector512<float>.Zero,
            Vector512.Load(j < _whole ? _weights + j : _end) * Vector512.Load(_mask + j));
    }
}
