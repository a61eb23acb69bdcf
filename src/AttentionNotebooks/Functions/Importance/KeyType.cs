namespace AttentionNotebooks;

/// <summary>
/// What kind of token a head looks at: every token is of one kind. Clark et al. 2019, §3.2, distinguish [SEP], full stops and
/// commas from other tokens.
/// </summary>
public enum KeyType
{
    /// <summary>[CLS] (RoBERTa: &lt;s&gt;).</summary>
    Cls,

    /// <summary>[SEP] (RoBERTa: &lt;/s&gt;).</summary>
    Sep,

    /// <summary>Punctuation marks and symbols, as <see cref="TokenFeatures.IsPunctuation"/> finds them.</summary>
    Punctuation,

    /// <summary>All others, [MASK] among them.</summary>
    Other,
}

/// <summary>Kinds of tokens.</summary>
public static class KeyTypes
{
    /// <summary>All kinds, in the order of tables.</summary>
    public static IReadOnlyList<KeyType> All { get; } = Enum.GetValues<KeyType>();

    /// <summary>The kind of a token.</summary>
    /// <param name="token">The token's text.</param>
    public static KeyType Of(string token, TokenRole role) => role switch
    {
        TokenRole.Cls => KeyType.Cls,
        TokenRole.Sep => KeyType.Sep,
        _ => TokenFeatures.IsPunctuation(token) ? KeyType.Punctuation : KeyType.Other,
    };

    /// <summary>The kinds of a text's tokens, <c>[T]</c>.</summary>
    public static IEnumerable<KeyType> Of(TokenizedText text) => text.Tokens.Zip(text.Roles, Of);

    /// <summary>The kinds that occur in texts, in the order of tables.</summary>
    internal static IReadOnlyList<KeyType> In(IReadOnlyList<TokenizedText> texts) => Found(texts.SelectMany(Of));

    /// <inheritdoc cref="In(IReadOnlyList{TokenizedText})"/>
    internal static IReadOnlyList<KeyType> In(IReadOnlyList<AttentionText> texts) =>
        Found(texts.Where(t => t.Tokens is not null).SelectMany(t => t.Tokens!.Zip(t.Roles!, Of)));

    private static KeyType[] Found(IEnumerable<KeyType> kinds)
    {
        var found = kinds.ToHashSet();
        return [.. All.Where(found.Contains)];
    }

    /// <summary>What the kind is called in the names of columns: <c>cls</c>, <c>sep</c>, <c>punctuation</c>, <c>other</c>.</summary>
    /// <param name="type">The kind.</param>
    public static string Suffix(this KeyType type) => type.ToString().ToLowerInvariant();

    /// <summary>Marks the tokens of a kind in a batch of texts.</summary>
    /// <returns><c>[B · T]</c>: 1 where a text's own token is of the kind, else 0.</returns>
    internal static float[] Marks(IReadOnlyList<TokenizedText> texts, int length, KeyType type)
    {
        var marks = new float[texts.Count * length];
        for (int b = 0; b < texts.Count; b++)
            foreach (var (t, own) in Of(texts[b]).Index()) marks[b * length + t] = own == type ? 1 : 0;
        return marks;
    }
}
