using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// What the standard features need of maps, in one pass over them on the CPU: a formula at a time, each would read all weights
/// from memory again. A map is summed by one thread in a fixed order, so that no bit depends on the number of threads.
/// </summary>
internal static class MapScan
{
    /// <summary>The offsets whose diagonals are summed: −Near … Near.</summary>
    public const int Near = 2;

    // The smallest normal number, nearly: logarithms are of at least this, so that 0·ln 0 = 0.
    private const float Least = 1.2e-38f;

    private const int Lanes = 16, Diagonals = 2 * Near + 1;
    private const int MantissaBits = 23, RootHalf = 0x3f3504f3; // the bits of √½
    private const float Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f; // ln 2 in two parts, the first exact times any exponent

    /// <summary>Whether maps lie so that they can be read: float32 on the CPU, row after row.</summary>
    public static bool Takes(Tensor maps) => maps.device_type == DeviceType.CPU && maps.dtype == ScalarType.Float32 && maps.is_contiguous();

    /// <summary>Reads all maps once.</summary>
    /// <param name="maps"><c>[B, H, T, T]</c>, such as <see cref="Takes"/> takes.</param>
    /// <param name="threads">How many threads read; as many as libtorch has unless given.</param>
    /// <returns>The sums; the caller disposes them.</returns>
    public static unsafe MapSums Of(Tensor maps, int? threads = null)
    {
        long b = maps.shape[0], h = maps.shape[1];
        int t = (int)maps.shape[2], count = (int)(b * h);
        var sums = new MapSums(Empty(b, h, t), Empty(b, h, t), Empty(b, h, t), Empty(b, h, t), Empty(b, h), Empty(b, h),
            [.. Enumerable.Range(0, Diagonals).Select(_ => Empty(b, h))]);
        nint all = Address(maps), entropies = Address(sums.RowEntropy), maxima = Address(sums.RowMax),
            spreads = Address(sums.RowSpread), keys = Address(sums.KeySums);
        nint distances = Address(sums.Distance), offsets = Address(sums.Offset);
        nint[] diagonals = [.. sums.Diagonals.Select(Address)];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads ?? get_num_threads()) },
            () => ArrayPool<float>.Shared.Rent(t + 2 * Lanes), (m, _, scratch) =>
        {
            int first = m * t;
            fixed (float* free = scratch)
            {
                var map = new Map((float*)all + (long)first * t, t, free);
                map.Read((float*)entropies + first, (float*)maxima + first, (float*)spreads + first);
                new Span<float>(free, t).CopyTo(new Span<float>((float*)keys + first, t));
                ((float*)distances)[m] = (float)map.Distance;
                ((float*)offsets)[m] = (float)map.Offset;
                for (int o = 0; o < Diagonals; o++) ((float*)diagonals[o])[m] = (float)map.Diagonal(o - Near);
            }
            return scratch;
        }, scratch => ArrayPool<float>.Shared.Return(scratch));
        return sums;
    }

    /// <summary>Room for sums, float32, which no dispose scope takes away.</summary>
    internal static Tensor Empty(params long[] shape) => empty(shape, ScalarType.Float32).DetachFromDisposeScope();

    /// <summary>Where a tensor's numbers lie.</summary>
    internal static unsafe nint Address(Tensor tensor)
    {
        fixed (byte* first = tensor.bytes) return (nint)first; // libtorch's own memory, which does not move
    }

    // One map; free has room for the keys' sums, rounded up to whole vectors, and for the end of a row.
    private unsafe struct Map(float* weights, int tokens, float* free)
    {
        private readonly int _whole = tokens / Lanes * Lanes;
        private readonly float* _end = free + (tokens + Lanes - 1) / Lanes * Lanes;

        public double Distance { get; private set; }

        public double Offset { get; private set; }

        public void Read(float* entropies, float* maxima, float* spreads)
        {
            new Span<float>(free, (int)(_end - free) + Lanes).Clear();
            for (int i = 0; i < tokens; i++)
            {
                float* row = weights + (long)i * tokens;
                new Span<float>(row + _whole, tokens - _whole).CopyTo(new Span<float>(_end, Lanes)); // zeros behind it add nothing
                float offset = Row(row, i, out entropies[i], out maxima[i]);
                spreads[i] = Spread(row, i, offset);
            }
        }

        public readonly double Diagonal(int offset)
        {
            double sum = 0;
            for (int i = Math.Max(0, -offset), end = Math.Min(tokens, tokens - offset); i < end; i++)
                sum += weights[(long)i * tokens + i + offset];
            return sum;
        }

        // Made as good as it gets at once: a batch has thousands of rows, and the first counts as well.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private float Row(float* row, int query, out float entropy, out float max)
        {
            Vector512<float> logs = default, largest = default, distance = default, offset = default,
                away = Away(query), step = Vector512.Create((float)Lanes), least = Vector512.Create(Least);
            (int n, int whole) = (tokens, _whole);
            float* keys = free, end = _end;
            for (int j = 0; j < n; j += Lanes, away += step)
            {
                var a = Vector512.Load(j < whole ? row + j : end);
                var far = a * away;
                logs = Vector512.FusedMultiplyAdd(a, Log(Vector512.Max(a, least)), logs);
                largest = Vector512.Max(largest, a);
                offset += far;
                distance += Vector512.Abs(far);
                Vector512.Store(Vector512.Load(keys + j) + a, keys + j);
            }
            entropy = Math.Abs(Vector512.Sum(logs)); // a sum of terms that are not positive; no −0
            max = Largest(largest);
            float mean = Vector512.Sum(offset);
            Distance += Vector512.Sum(distance);
            Offset += mean;
            return mean;
        }

        // A pass of its own, over a row that is near: E[j²] − E[j]² would cancel in float32 for a sharp head that looks far.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly float Spread(float* row, int query, float offset)
        {
            Vector512<float> sum = default, away = Away(query) - Vector512.Create(offset), step = Vector512.Create((float)Lanes);
            for (int j = 0; j < tokens; j += Lanes, away += step)
                sum = Vector512.FusedMultiplyAdd(away * away, Vector512.Load(j < _whole ? row + j : _end), sum);
            return MathF.Sqrt(Vector512.Sum(sum));
        }

        // ln of normal numbers to 1e-7: 2^e·(1 + f) with f from √½ − 1 to √2 − 1, and a polynomial in f (Moshier's Cephes, logf).
        // Vector512.Log is a call, and in a short run one that is not yet optimised.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Log(Vector512<float> x)
        {
            var bits = x.AsInt32();
            var exponent = Vector512.ShiftRightArithmetic(bits - Vector512.Create(RootHalf), MantissaBits);
            var e = Vector512.ConvertToSingle(exponent);
            var f = (bits - Vector512.ShiftLeft(exponent, MantissaBits)).AsSingle() - Vector512<float>.One;
            var p = Vector512.Create(7.0376836292e-2f);
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-1.1514610310e-1f));
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.1676998740e-1f));
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-1.2420140846e-1f));
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.4249322787e-1f));
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-1.6668057665e-1f));
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(2.0000714765e-1f));
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-2.4999993993e-1f));
            p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(3.3333331174e-1f));
            var square = f * f;
            var small = Vector512.FusedMultiplyAdd(e, Vector512.Create(Ln2Low), p * f * square);
            return Vector512.FusedMultiplyAdd(e, Vector512.Create(Ln2High),
                f + Vector512.FusedMultiplyAdd(square, Vector512.Create(-0.5f), small));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static float Largest(Vector512<float> v)
        {
            var half = Vector256.Max(v.GetLower(), v.GetUpper());
            var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
            return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
        }

        // j − i of a row's first keys.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Away(int query) => Vector512<float>.Indices - Vector512.Create((float)query);
    }
}

/// <summary>Sums over maps <c>[B, H, T, T]</c>.</summary>
/// <param name="RowEntropy">−Σ_j a_ij·ln a_ij in nats, <c>[B, H, T]</c>.</param>
/// <param name="RowMax">max_j a_ij, <c>[B, H, T]</c>.</param>
/// <param name="RowSpread">The standard deviation of the attended position under each row's weights, <c>[B, H, T]</c>.</param>
/// <param name="KeySums">Σ_i a_ij, <c>[B, H, T]</c>.</param>
/// <param name="Distance">Σ_ij a_ij·|i − j|, <c>[B, H]</c>.</param>
/// <param name="Offset">Σ_ij a_ij·(j − i), <c>[B, H]</c>.</param>
/// <param name="Diagonals">
/// Σ_i a_i,i+o for the offsets o from −<see cref="MapScan.Near"/> to <see cref="MapScan.Near"/>, each <c>[B, H]</c>.
/// </param>
internal sealed record MapSums(Tensor RowEntropy, Tensor RowMax, Tensor RowSpread, Tensor KeySums,
    Tensor Distance, Tensor Offset, IReadOnlyList<Tensor> Diagonals) : IDisposable
{
    /// <summary>Σ_i a_i,i+o, <c>[B, H]</c>; <see langword="null"/> for an offset that is not summed.</summary>
    public Tensor? Diagonal(int offset) => Math.Abs(offset) <= MapScan.Near ? Diagonals[offset + MapScan.Near] : null;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Tensor> All => [RowEntropy, RowMax, RowSpread, KeySums, Distance, Offset, .. Diagonals];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in All) sum.Dispose();
    }
}
