namespace AttentionNotebooks;

/// <summary>One text as an attention source knows it.</summary>
/// <param name="Id">What the source calls it: a sentence id, or its number.</param>
/// <param name="Length">Its length n in tokens, special tokens included.</param>
/// <param name="Tokens">Its tokens, special ones included, or <see langword="null"/> where the source does not have them.</param>
/// <param name="Words">Per token its word, from 0, or −1 for special tokens, where the source has tokenised the words itself; else
/// <see langword="null"/>.</param>
public sealed record AttentionText(string Id, int Length, IReadOnlyList<string>? Tokens, IReadOnlyList<int>? Words = null)
{
    /// <summary>The part of speech of each token (Universal Dependencies' tags), <see langword="null"/> for special tokens; or
    /// <see langword="null"/> where the source does not have tags.</summary>
    public IReadOnlyList<string?>? Tags { get; init; }

    private IReadOnlyList<TokenRole>? roles;

    /// <summary>
    /// Its tokens, special ones included, or <see langword="null"/> where the source does not have them. Other tokens have other
    /// <see cref="Roles"/>.
    /// </summary>
    public IReadOnlyList<string>? Tokens
    {
        get;
        init => (field, roles) = (value, null);
    } = Tokens;

    /// <summary>
    /// What each token is, as the tokenizer says it; of tokens alone, by their spelling; <see langword="null"/> where the source
    /// has neither.
    /// </summary>
    public IReadOnlyList<TokenRole>? Roles
    {
        get => roles ??= Tokens is null ? null : TokenRoles.Of(Tokens);
        init => roles = value;
    }

    /// <summary>Positions of the classification token: that of each [CLS] (RoBERTa: &lt;s&gt;), or the first where the tokens are not
    /// known.</summary>
    public IEnumerable<int> ClsPositions => Roles is null ? [0] : PositionsOf(TokenRole.Cls);

    /// <summary>Positions of the separator: those of all [SEP] (RoBERTa: &lt;/s&gt;), or the last where the tokens are not known.</summary>
    public IEnumerable<int> SepPositions => Roles is null ? [Length - 1] : PositionsOf(TokenRole.Sep);

    /// <summary>For each token, which of the texts of a pair it is of: 0 up to and with the first separator, then 1, and so on; all 0 for a
    /// single text.</summary>
    public int[] Segments()
    {
        var segments = new int[Length];
        var ends = SepPositions.ToHashSet();
        for (int i = 1; i < Length; i++) segments[i] = segments[i - 1] + (ends.Contains(i - 1) && !ends.Contains(i) ? 1 : 0);
        return segments;
    }

    /// <summary>A tokenised text, named by its number.</summary>
    /// <param name="number">Its position among the texts, from 0.</param>
    /// <exception cref="InputException">It has no token of its own.</exception>
    internal static AttentionText Of(TokenizedText text, int number)
    {
        text.RequireTokens($"text {number}");
        return new AttentionText($"{number:000000}", text.Length, text.Tokens, text.Words) { Roles = text.Roles };
    }

    private IEnumerable<int> PositionsOf(TokenRole role) => Enumerable.Range(0, Length).Where(i => Roles![i] == role);
}
