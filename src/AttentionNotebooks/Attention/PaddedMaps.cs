using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Puts the maps of texts of different lengths into one tensor.</summary>
internal static class PaddedMaps
{
    /// <summary>Where one layer's maps of a text lie.</summary>
    /// <param name="row">Which text of the batch, from 0.</param>
    /// <param name="size">How many weights: H · n · n.</param>
    public delegate ReadOnlySpan<float> OfText(int row, int size);

    /// <summary>One layer of a batch.</summary>
    /// <param name="batch">The texts.</param>
    /// <param name="heads">Heads of the layer, H.</param>
    /// <param name="ofText">The maps of each text, <c>[H, n, n]</c>; called from several threads.</param>
    /// <returns><c>[B, H, T, T]</c>, float32, padded with zeros. The caller owns it.</returns>
    public static unsafe Tensor Of(TextBatch batch, int heads, OfText ofText)
    {
        int t = batch.Length;
        var result = batch.Padded ? zeros(batch.Count, heads, t, t) : empty(batch.Count, heads, t, t);
        fixed (byte* first = result.bytes)
        {
            nint to = (nint)first;
            // Side by side: pages of a mapped file that are touched for the first time are waited for.
            Parallel.For(0, batch.Count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, get_num_threads()) }, b =>
            {
                int n = batch.Texts[b].Length;
                var from = ofText(b, heads * n * n);
                var into = new Span<float>((float*)to + (long)b * heads * t * t, heads * t * t);
                if (n == t) from.CopyTo(into);
                else for (int row = 0; row < heads * n; row++) from.Slice(row * n, n).CopyTo(into[(row / n * t * t + row % n * t)..]);
            });
        }
        return result;
    }
}
