namespace AttentionNotebooks;

/// <summary>How often tokens occur in some texts. Immutable.</summary>
public sealed class TokenCounts
{
    private readonly Dictionary<string, int> _counts = [];

    private TokenCounts() { }

    /// <summary>Counts the tokens of texts; special tokens, and texts without tokens, are left out.</summary>
    /// <param name="texts">The texts: those at hand, or, for steadier counts, a larger corpus of the same tokenizer.</param>
    public static TokenCounts Of(IEnumerable<AttentionText> texts)
    {
        var counts = new TokenCounts();
        foreach (string token in texts.SelectMany(t => t.Tokens ?? []).Where(t => !AttentionText.IsSpecial(t)))
            counts._counts[token] = counts[token] + 1;
        return counts;
    }

    /// <summary>How often a token occurs; 0 where it never did.</summary>
    /// <param name="token">The token.</param>
    public int this[string token] => _counts.GetValueOrDefault(token);

    /// <summary>The position of a text's rarest token, the first of those as rare; −1 where it has none but special ones.</summary>
    /// <param name="text">The text, with tokens.</param>
    public int RarestOf(AttentionText text)
    {
        int[] own = [.. Enumerable.Range(0, text.Length).Where(i => !AttentionText.IsSpecial(text.Tokens![i]))];
        return own.Length == 0 ? -1 : own.MinBy(i => this[text.Tokens![i]]);
    }
}
