namespace AttentionNotebooks.Attention;

/// <summary>One text as an attention source knows it.</summary>
/// <param name="Id">What the source calls it: a sentence id, or its number.</param>
/// <param name="Length">Its length n in tokens, special tokens included.</param>
/// <param name="Tokens">Its tokens, special ones included, or <see langword="null"/> where the source does not have them.</param>
/// <param name="Words">Per token its word, from 0, or −1 for special tokens, where the source has tokenised the words itself; else <see langword="null"/>.</param>
public sealed record AttentionText(string Id, int Length, IReadOnlyList<string>? Tokens, IReadOnlyList<int>? Words = null)
{
    /// <summary>Positions of the classification token: that of each [CLS] (RoBERTa: &lt;s&gt;), or the first where the tokens are not known.</summary>
    public IEnumerable<int> ClsPositions => Tokens is null ? [0] : PositionsOf("[CLS]", "<s>");

    /// <summary>Positions of the separator: those of all [SEP] (RoBERTa: &lt;/s&gt;), or the last where the tokens are not known.</summary>
    public IEnumerable<int> SepPositions => Tokens is null ? [Length - 1] : PositionsOf("[SEP]", "</s>");

    private IEnumerable<int> PositionsOf(string bert, string roberta) => Enumerable.Range(0, Length).Where(i => Tokens![i] == bert || Tokens[i] == roberta);
}
