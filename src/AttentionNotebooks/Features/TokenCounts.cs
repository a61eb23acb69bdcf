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
        foreach (var text in texts.Where(t => t.Tokens is not null))
            foreach (int i in Own(text)) counts._counts[text.Tokens![i]] = counts[text.Tokens[i]] + 1;
        return counts;
    }

    /// <summary>How often a token occurs; 0 where it never did.</summary>
    public int this[string token] => _counts.GetValueOrDefault(token);

    /// <summary>The position of a text's rarest token, the first of those as rare; −1 where it has none but special ones.</summary>
    /// <param name="text">The text, with tokens.</param>
    public int RarestOf(AttentionText text)
    {
        int[] own = [.. Own(text)];
        return own.Length == 0 ? -1 : own.MinBy(i => this[text.Tokens![i]]);
    }

    private static IEnumerable<int> Own(AttentionText text) => Enumerable.Range(0, text.Length).Where(i => !text.Roles![i].IsSpecial());
}
