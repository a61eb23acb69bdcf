using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>Texts of unlike length side by side as a model takes them. Its tensors belong to the dispose scope it is made in.</summary>
internal sealed class TokenBatch
{
    /// <summary>Fills shorter texts up.</summary>
    /// <param name="texts">The texts, B of them, at least one.</param>
    /// <param name="padId">The token to fill up with.</param>
    /// <param name="device">Where the tensors shall live.</param>
    public TokenBatch(IReadOnlyList<TokenizedText> texts, int padId, Device device)
    {
        int rows = texts.Count;
        Length = texts.Max(t => t.Length);
        long[] ids = new long[rows * Length], segments = new long[rows * Length], mask = new long[rows * Length];
        Array.Fill(ids, padId);
        for (int b = 0; b < rows; b++)
        {
            for (int t = 0; t < texts[b].Length; t++)
            {
                int at = b * Length + t;
                (ids[at], segments[at], mask[at]) = (texts[b].Ids[t], texts[b].Segments[t], 1);
            }
        }
        Ids = tensor(ids, [rows, Length], device: device);
        Segments = tensor(segments, [rows, Length], device: device);
        if (texts.Any(t => t.Length < Length)) Mask = tensor(mask, [rows, Length], device: device);
    }

    /// <summary>Tokens of the longest text, T.</summary>
    public int Length { get; }

    /// <summary>Ids <c>[B, T]</c>.</summary>
    public Tensor Ids { get; }

    /// <summary>Segments <c>[B, T]</c>.</summary>
    public Tensor Segments { get; }

    /// <summary>1 at tokens, 0 at padding, <c>[B, T]</c>; <see langword="null"/> where nothing is padded.</summary>
    public Tensor? Mask { get; }
}
