using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// What a distance of two rows adds up over keys, eight at a time: Σ_j <see cref="Of"/> − (own(p) + own(q))/2, not below 0.
/// </summary>
internal interface IPairTerm
{
    /// <summary>The term of a pair.</summary>
    static abstract Vector512<double> Of(Vector512<double> p, Vector512<double> q);

    /// <summary>The term of a row by itself.</summary>
    static abstract Vector512<double> Own(Vector512<double> p);
}

/// <summary>H((p + q)/2) − (H(p) + H(q))/2.</summary>
internal readonly struct JensenShannonTerm : IPairTerm
{
    public static Vector512<double> Of(Vector512<double> p, Vector512<double> q) => Own((p + q) * 0.5);

    // 0·ln 0 = 0: the logarithm is kept finite there.
    public static Vector512<double> Own(Vector512<double> p) => -p * Vector512.Log(Vector512.Max(p, Vector512.Create(1e-300)));
}

/// <summary>Σ_j |p_j − q_j|.</summary>
internal readonly struct AbsoluteTerm : IPairTerm
{
    public static Vector512<double> Of(Vector512<double> p, Vector512<double> q) => Vector512.Abs(p - q);

    public static Vector512<double> Own(Vector512<double> p) => Vector512<double>.Zero;
}

/// <summary>
/// Distances of all pairs of heads on the CPU. A pair's sum is made by one thread in a fixed order, so that the result does
/// not depend on the number of threads; the rows of one query stay in the processor's cache while all pairs go by.
/// </summary>
internal static class PairSums
{
    private const int Lanes = 8, HeadsPerTask = 8;
    private const long NumbersPerStep = 1 << 23;

    /// <summary>The sum over queries.</summary>
    /// <typeparam name="TTerm">The distance.</typeparam>
    /// <param name="rows">The rows of N heads at R queries, <c>[R, N, T]</c>, float64, on the CPU.</param>
    /// <returns><c>[N, N]</c>, symmetric.</returns>
    public static Tensor Of<TTerm>(Tensor rows) where TTerm : struct, IPairTerm
    {
        long queries = rows.shape[0], heads = rows.shape[1], tokens = rows.shape[2], missing = (Lanes - tokens % Lanes) % Lanes;
        var sums = new double[heads * heads];
        long step = Math.Max(1, NumbersPerStep / (heads * (tokens + missing)));
        for (long start = 0; start < queries; start += step)
        {
            using var scope = NewDisposeScope();
            var part = rows.narrow(0, start, Math.Min(step, queries - start));
            // Zeros at the end add nothing to any term.
            part = missing == 0 ? part.contiguous()
                : cat([part, zeros(part.shape[0], heads, missing, ScalarType.Float64)], -1).contiguous();
            Add<TTerm>(part, sums);
        }
        using var upper = tensor(sums, [heads, heads]);
        return upper.Plus(upper.t());
    }

    private static unsafe void Add<TTerm>(Tensor part, double[] sums) where TTerm : struct, IPairTerm
    {
        int queries = (int)part.shape[0], heads = (int)part.shape[1], width = (int)part.shape[2];
        fixed (double* first = MemoryMarshal.Cast<byte, double>(part.bytes))
        {
            double* rows = first;
            nint address = (nint)rows;
            var threads = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, get_num_threads()) };
            // A row's own term goes into the sums with all other heads: it is made once.
            var own = new double[queries * heads];
            Parallel.For(0, queries, threads, query =>
            {
                for (int h = 0; h < heads; h++)
                    own[query * heads + h] = Own<TTerm>((double*)address + ((long)query * heads + h) * width, width);
            });
            Parallel.For(0, (heads + HeadsPerTask - 1) / HeadsPerTask, threads, task =>
            {
                for (int query = 0; query < queries; query++)
                {
                    double* ofQuery = (double*)address + (long)query * heads * width;
                    var ownOfQuery = own.AsSpan(query * heads, heads);
                    int from = task * HeadsPerTask, to = Math.Min(heads, from + HeadsPerTask);
                    for (int a = from; a < to; a++)
                        for (int b = a + 1; b < heads; b++)
                            sums[a * heads + b] += Math.Max(0,
                                Pair<TTerm>(ofQuery + (long)a * width, ofQuery + (long)b * width, width)
                                - (ownOfQuery[a] + ownOfQuery[b]) / 2);
                }
            });
        }
    }

    private static unsafe double Own<TTerm>(double* p, int width) where TTerm : struct, IPairTerm
    {
        var sum = Vector512<double>.Zero;
        for (int j = 0; j < width; j += Lanes) sum += TTerm.Own(Vector512.Load(p + j));
        return Vector512.Sum(sum);
    }

    private static unsafe double Pair<TTerm>(double* p, double* q, int width) where TTerm : struct, IPairTerm
    {
        var sum = Vector512<double>.Zero;
        for (int j = 0; j < width; j += Lanes) sum += TTerm.Of(Vector512.Load(p + j), Vector512.Load(q + j));
        return Vector512.Sum(sum);
    }
}
