using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace AttentionNotebooks;

/// <summary>One layer's maps as they were given, checked row by row and copied on the way, so that each weight is read once.</summary>
/// <param name="Maps"><c>[B, H, T, T]</c>, float32, rows and columns of padding zero. Whoever gets them disposes them.</param>
/// <param name="Sums">How the rows summed.</param>
internal readonly record struct GivenRows(Tensor Maps, RowSums Sums)
{
    private const string Softmax = "Give the output of the softmax, not the scores before it";

    /// <summary>Checks and copies.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="Half"/>.</typeparam>
    /// <param name="batch">The texts.</param>
    /// <param name="layer">The layer, for errors.</param>
    /// <param name="heads">Heads of the layer, H.</param>
    /// <param name="from"><c>[B, H, T, T]</c>.</param>
    /// <param name="tolerance">How far from 1 a row may sum.</param>
    /// <exception cref="InputException">A row is no row of attention: the first such row of the batch.</exception>
    public static unsafe GivenRows Of<T>(TextBatch batch, int layer, int heads, ReadOnlySpan<T> from, double tolerance) where T : unmanaged
    {
        int t = batch.Length;
        var result = (batch.Padded ? zeros(batch.Count, heads, t, t) : empty(batch.Count, heads, t, t)).DetachFromDisposeScope();
        var seen = new Seen[batch.Count * heads];
        fixed (T* first = from)
        fixed (byte* target = result.bytes)
        {
            (nint read, nint write) = ((nint)first, (nint)target);
            Parallel.For(0, seen.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, get_num_threads()) }, m =>
            {
                long start = (long)m * t * t;
                seen[m] = Map((T*)read + start, (float*)write + start, batch.Texts[m / heads].Length, t, tolerance);
            });
            int bad = Array.FindIndex(seen, s => s.Bad is not null);
            if (bad >= 0)
            {
                result.Dispose();
                int row = seen[bad].Bad!.Value, text = bad / heads;
                float[] weights = Floats(first + ((long)bad * t + row) * t, t, new float[t]).ToArray();
                throw Broken(weights, batch.Texts[text].Length, GivenAttention.NameOf(batch.Indices[text], batch.Texts[text]),
                    $"layer {layer}, head {bad % heads}, row {row}");
            }
        }
        return new GivenRows(result, Added(batch, layer, heads, seen));
    }

    private static RowSums Added(TextBatch batch, int layer, int heads, Seen[] seen)
    {
        var sums = RowSums.None;
        for (int m = 0; m < seen.Length; m++)
        {
            int text = m / heads;
            string? place = seen[m].Off == 0 ? null : $"{GivenAttention.NameOf(batch.Indices[text], batch.Texts[text])}, layer {layer}, "
                + $"head {m % heads}, row {seen[m].FarthestRow}";
            sums = sums.Add(new RowSums(batch.Texts[text].Length, seen[m].Off, seen[m].Farthest, place));
        }
        return sums;
    }

    // One map of a text with n tokens.
    private static unsafe Seen Map<T>(T* from, float* to, int n, int t, double tolerance) where T : unmanaged
    {
        float[]? free = typeof(T) == typeof(float) ? null : ArrayPool<float>.Shared.Rent(t);
        try
        {
            var seen = new Seen(null, 0, 1, 0);
            for (int i = 0; i < n; i++)
            {
                var row = Floats(from + (long)i * t, t, free);
                var own = new Span<float>(to + (long)i * t, n);
                row[..n].CopyTo(own);
                double sum = TensorPrimitives.Sum<float>(own);
                // A float32 sum is only good enough to say that nothing is wrong.
                if (!(Math.Abs(sum - 1) <= RowSums.Exact / 2)) sum = Exactly(own);
                double off = Math.Abs(sum - 1);
                if (!(off <= tolerance) || !(TensorPrimitives.Min<float>(own) >= 0) || row[n..].ContainsAnyExcept(0f))
                    return seen with { Bad = i };
                if (off <= RowSums.Exact) continue;
                TensorPrimitives.Divide(own, (float)sum, own);
                seen = seen with { Off = seen.Off + 1 };
                if (off > Math.Abs(seen.Farthest - 1)) seen = seen with { Farthest = sum, FarthestRow = i };
            }
            return seen;
        }
        finally
        {
            if (free is not null) ArrayPool<float>.Shared.Return(free);
        }
    }

    private static unsafe ReadOnlySpan<float> Floats<T>(T* from, int count, float[]? free) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return new ReadOnlySpan<float>(from, count);
        TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(from, count), free.AsSpan(0, count));
        return free.AsSpan(0, count);
    }

    private static double Exactly(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float weight in row) sum += weight;
        return sum;
    }

    private static InputException Broken(float[] row, int n, string text, string place)
    {
        InputException Is(string problem, string remedy) => new(text, place, problem, remedy);
        string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        int strange = Array.FindIndex(row, 0, n, w => !float.IsFinite(w)), negative = Array.FindIndex(row, 0, n, w => w < 0),
            padding = Array.FindIndex(row, n, w => w != 0);
        if (strange >= 0)
            return Is($"holds {(float.IsNaN(row[strange]) ? "NaN" : "an infinite weight")} at key {strange}",
                "Look at the engine's number format: a score was too large for it, or the whole row was masked");
        if (negative >= 0) return Is($"holds the negative weight {Number(row[negative])} at key {negative}", Softmax);
        if (padding >= 0)
            return Is($"holds {Number(row[padding])} at key {padding}, which is padding: the text has {n} tokens",
                "Give the engine the attention mask (GivenBatch.Mask): 1 at tokens, 0 at padding");
        double sum = Exactly(row.AsSpan(0, n));
        return Is($"sums to {sum.ToString("0.######", CultureInfo.InvariantCulture)} instead of 1",
            Math.Abs(sum - 1) <= GivenAttention.HalfTolerance
                ? "If the engine computes in half precision, set RowSumTolerance to GivenAttention.HalfTolerance: rows are then divided "
                    + "by their sums, and the table's notes count them"
                : Softmax + ", without dropout, and with the queries before the keys");
    }

    // What was seen of a map: the first bad row, how many rows were divided, the farthest sum and its row.
    private readonly record struct Seen(int? Bad, int Off, double Farthest, int FarthestRow);
}
