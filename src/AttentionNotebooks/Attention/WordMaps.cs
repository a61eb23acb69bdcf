using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// From maps over word pieces to maps over words, after Clark et al. 2019, §4.1: attention to a split word is the sum over
/// its pieces, attention from it the mean. Special tokens are left out.
/// </summary>
public static class WordMaps
{
    /// <summary>Merges the pieces of each word.</summary>
    /// <param name="maps">Maps of one text, <c>[H, T, T]</c>.</param>
    /// <param name="wordOf">Per piece its word, from 0, or −1 for special tokens.</param>
    /// <param name="words">Number of words, W; each has at least one piece.</param>
    /// <returns><c>[H, W, W]</c>; rows sum to 1 less what special tokens get. The caller owns it.</returns>
    public static Tensor Of(Tensor maps, IReadOnlyList<int> wordOf, int words)
    {
        using var scope = NewDisposeScope();
        var sum = new float[wordOf.Count * words];
        for (int i = 0; i < wordOf.Count; i++)
            if (wordOf[i] >= 0) sum[i * words + wordOf[i]] = 1;
        var to = tensor(sum, [wordOf.Count, words], device: maps.device);                  // [T, W]: 1 where the piece is of the word
        var from = to / to.sum(dim: 0, keepdim: true);                                      // the same, columns summing to 1
        return from.t().matmul(maps.matmul(to)).MoveToOuterDisposeScope();                  // [H, W, W]
    }
}
