namespace AttentionNotebooks;

/// <summary>
/// What a token is in its text. The tokenizer knows it; of saved tokens <see cref="TokenRoles.Of(IReadOnlyList{string})"/> finds it.
/// </summary>
public enum TokenRole : byte
{
    /// <summary>The first piece of a word, or all of it.</summary>
    Word,

    /// <summary>A later piece of a word.</summary>
    Continuation,

    /// <summary>It stands for what the vocabulary cannot spell: <c>[UNK]</c>, <c>&lt;unk&gt;</c>.</summary>
    Unknown,

    /// <summary>It stands before a text: <c>[CLS]</c>, <c>&lt;s&gt;</c>.</summary>
    Cls,

    /// <summary>It stands behind a text: <c>[SEP]</c>, <c>&lt;/s&gt;</c>.</summary>
    Sep,

    /// <summary>It fills a text up: <c>[PAD]</c>, <c>&lt;pad&gt;</c>.</summary>
    Pad,

    /// <summary>It hides a token: <c>[MASK]</c>, <c>&lt;mask&gt;</c>.</summary>
    Mask,
}
