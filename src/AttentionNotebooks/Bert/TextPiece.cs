namespace AttentionNotebooks;

/// <summary>A piece before special tokens are put around the text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Word">The word that it belongs to, or −1.</param>
/// <param name="Start">Its first UTF-16 position in the text.</param>
/// <param name="End">One past its last.</param>
internal readonly record struct TextPiece(int Id, int Word, int Start, int End);

/// <summary>The five tokens of a vocabulary that are no text, and what goes with them.</summary>
/// <param name="Pad">Fills a text up.</param>
/// <param name="Unknown">Stands for what the vocabulary cannot spell.</param>
/// <param name="Cls">Stands before a text.</param>
/// <param name="Sep">Stands behind a text.</param>
/// <param name="Mask">Hides a token.</param>
/// <param name="Separators">How many end tokens stand between the texts of a pair.</param>
/// <param name="TokenizerClass">Hugging Face's class for such a tokenizer.</param>
internal sealed record SpecialTokens(string Pad, string Unknown, string Cls, string Sep, string Mask, int Separators, string TokenizerClass)
{
    /// <summary>BERT's.</summary>
    public static SpecialTokens Bert { get; } = new("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", 1, "BertTokenizer");

    /// <summary>RoBERTa's.</summary>
    public static SpecialTokens Roberta { get; } = new("<pad>", "<unk>", "<s>", "</s>", "<mask>", 2, "RobertaTokenizer");

    /// <summary>All five, each with the name that tokenizer_config.json gives it.</summary>
    public (string Name, string Token)[] All => [("pad_token", Pad), ("unk_token", Unknown), ("cls_token", Cls), ("sep_token", Sep), ("mask_token", Mask)];

    /// <summary>All five, each with its role.</summary>
    public (string Token, TokenRole Role)[] Roles =>
        [(Pad, TokenRole.Pad), (Unknown, TokenRole.Unknown), (Cls, TokenRole.Cls), (Sep, TokenRole.Sep), (Mask, TokenRole.Mask)];

    /// <summary>Refuses a vocabulary that lacks one of them.</summary>
    public void Require(IReadOnlyDictionary<string, int> ids, string source, string remedy)
    {
        var missing = All.Select(t => t.Token).Where(t => !ids.ContainsKey(t)).ToList();
        if (missing.Count > 0) throw new InputException(source, null, $"lacks {string.Join(", ", missing)}", remedy);
    }
}

/// <summary>Tokens that are never split, found in raw text by longest match from the left.</summary>
internal sealed class WholeTokens
{
    private readonly string[] tokens;
    private readonly System.Buffers.SearchValues<char> firsts;

    public WholeTokens(IEnumerable<string> tokens)
    {
        this.tokens = [.. tokens.Where(t => t.Length > 0).Distinct().OrderByDescending(t => t.Length).ThenBy(t => t, StringComparer.Ordinal)];
        firsts = System.Buffers.SearchValues.Create([.. this.tokens.Select(t => t[0]).Distinct()]);
    }

    /// <summary>The text in order: what lies between such tokens, and they themselves.</summary>
    public IEnumerable<(int Start, int End, bool Whole)> Split(string text)
    {
        int start = 0;
        for (int i = Next(text, 0); i >= 0;)
        {
            int at = i;
            string? token = Array.Find(tokens, t => text.AsSpan(at).StartsWith(t, StringComparison.Ordinal));
            if (token is not null)
            {
                if (at > start) yield return (start, at, false);
                start = at + token.Length;
                yield return (at, start, true);
            }
            i = Next(text, token is null ? at + 1 : start);
        }
        if (start < text.Length) yield return (start, text.Length, false);
    }

    private int Next(string text, int from)
    {
        int found = text.AsSpan(from).IndexOfAny(firsts);
        return found < 0 ? -1 : found + from;
    }
}
