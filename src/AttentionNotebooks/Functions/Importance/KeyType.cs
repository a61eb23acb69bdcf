namespace AttentionNotebooks;

/// <summary>What kind of token a head looks at. Clark et al. 2019, §3.2, tell [SEP], full stops and commas from other tokens.</summary>
public enum KeyType
{
    /// <summary>[CLS] (RoBERTa: &lt;s&gt;).</summary>
    Cls,

    /// <summary>[SEP] (RoBERTa: &lt;/s&gt;).</summary>
    Sep,

    /// <summary>Punctuation marks and symbols, as <see cref="TokenFeatures.IsPunctuation"/> tells them.</summary>
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
    public static KeyType Of(string token) => token switch
    {
        "[CLS]" or "<s>" => KeyType.Cls,
        "[SEP]" or "</s>" => KeyType.Sep,
        _ => TokenFeatures.IsPunctuation(token) ? KeyType.Punctuation : KeyType.Other,
    };

    /// <summary>The kinds that occur in texts, in the order of tables.</summary>
    internal static IReadOnlyList<KeyType> In(IReadOnlyList<TokenizedText> texts) => In(texts.SelectMany(t => t.Tokens));

    /// <inheritdoc cref="In(IReadOnlyList{TokenizedText})"/>
    internal static IReadOnlyList<KeyType> In(IReadOnlyList<AttentionText> texts) => In(texts.SelectMany(t => t.Tokens ?? []));

    private static KeyType[] In(IEnumerable<string> tokens)
    {
        var found = tokens.Select(Of).ToHashSet();
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
            for (int t = 0; t < texts[b].Length; t++) marks[b * length + t] = Of(texts[b].Tokens[t]) == type ? 1 : 0;
        return marks;
    }
}
