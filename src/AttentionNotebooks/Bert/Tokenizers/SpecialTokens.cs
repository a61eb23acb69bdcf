namespace AttentionNotebooks;

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
    public (string Name, string Token)[] All =>
        [("pad_token", Pad), ("unk_token", Unknown), ("cls_token", Cls), ("sep_token", Sep), ("mask_token", Mask)];

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
