namespace AttentionNotebooks;

/// <summary>One text as an attention source knows it.</summary>
/// <param name="Id">What the source calls it: a sentence id, or its number.</param>
/// <param name="Length">Its length n in tokens, special tokens included.</param>
/// <param name="Tokens">Its tokens, special ones included, or <see langword="null"/> where the source does not have them.</param>
/// <param name="Words">Per token its word, from 0, or −1 for special tokens, where the source has tokenised the words itself; else <see langword="null"/>.</param>
public sealed record AttentionText(string Id, int Length, IReadOnlyList<string>? Tokens, IReadOnlyList<int>? Words = null)
{
    /// <summary>The part of speech of each token (Universal Dependencies' tags), <see langword="null"/> for special tokens; or <see langword="null"/> where the source does not have tags.</summary>
    public IReadOnlyList<string?>? Tags { get; init; }

    /// <summary>Positions of the classification token: that of each [CLS] (RoBERTa: &lt;s&gt;), or the first where the tokens are not known.</summary>
    public IEnumerable<int> ClsPositions => Tokens is null ? [0] : PositionsOf("[CLS]", "<s>");

    /// <summary>Positions of the separator: those of all [SEP] (RoBERTa: &lt;/s&gt;), or the last where the tokens are not known.</summary>
    public IEnumerable<int> SepPositions => Tokens is null ? [Length - 1] : PositionsOf("[SEP]", "</s>");

    /// <summary>For each token, which of the texts of a pair it is of: 0 up to and with the first separator, then 1, and so on; all 0 for a single text.</summary>
    public int[] Segments()
    {
        var segments = new int[Length];
        var ends = SepPositions.ToHashSet();
        for (int i = 1; i < Length; i++) segments[i] = segments[i - 1] + (ends.Contains(i - 1) && !ends.Contains(i) ? 1 : 0);
        return segments;
    }

    /// <summary>Whether a token is one that the model added: [CLS], [SEP], [PAD] and their like.</summary>
    /// <param name="token">The token.</param>
    public static bool IsSpecial(string token) => token is "[CLS]" or "[SEP]" or "[PAD]" or "[MASK]" or "<s>" or "</s>" or "<pad>" or "<mask>";

    private IEnumerable<int> PositionsOf(string bert, string roberta) => Enumerable.Range(0, Length).Where(i => Tokens![i] == bert || Tokens[i] == roberta);
}
