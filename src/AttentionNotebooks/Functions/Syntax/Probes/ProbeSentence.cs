namespace AttentionNotebooks;

/// <summary>
/// What a probe sees of a sentence: maps over its words and, before them, [CLS] and [SEP].
/// </summary>
/// <param name="Words">W, its words.</param>
/// <param name="Maps"><c>[K, W + 2, W + 2]</c>: from row to column; 0 is [CLS], 1 is [SEP], words begin at 2. Half precision: 2·K·(W + 2)²
/// bytes.</param>
/// <param name="Heads">Per word its head's position, or W for the root.</param>
/// <param name="Scored">Per word whether it counts: punctuation does not.</param>
internal sealed record ProbeSentence(int Words, Half[] Maps, int[] Heads, bool[] Scored)
{
    /// <summary>The two special words that stand before the others.</summary>
    public const int Specials = 2;

    public static ProbeSentence Of(TreebankSentence sentence, Half[] maps) => new(sentence.Words.Count, maps,
        [.. sentence.Words.Select(w => w.Head < 0 ? sentence.Words.Count : w.Head)], [.. sentence.Words.Select(w => w.Tag != "PUNCT")]);
}
