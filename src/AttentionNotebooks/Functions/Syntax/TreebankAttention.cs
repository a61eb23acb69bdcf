namespace AttentionNotebooks;

/// <summary>A model's attention over the sentences of a treebank.</summary>
/// <example><code>
/// var treebank = ConllU.Read(Kit.DataPath("treebank/demo.conllu")).Take(50);
/// var (source, trees, leftOut) = TreebankAttention.Of(Kit.Model(), treebank);
/// $"{trees.Count} sentences, {leftOut} left out"
/// </code></example>
public static class TreebankAttention
{
    /// <summary>Gives a model a treebank's words as they are split there.</summary>
    /// <param name="checkpoint">The model; it must outlive the source.</param>
    /// <param name="sentences">The treebank.</param>
    /// <param name="maxLength">Sentences of more tokens are left out, special ones counted; the model's own limit when omitted.</param>
    /// <returns>The source, the sentences in its order, and how many were left out because they are too long or have a word without a
    /// piece.</returns>
    /// <exception cref="InputException">No sentence is left.</exception>
    public static (LiveAttention Source, IReadOnlyList<TreebankSentence> Sentences, int LeftOut) Of(Checkpoint checkpoint,
        IEnumerable<TreebankSentence> sentences, int? maxLength = null)
    {
        var encoded = sentences.Select(s => (Sentence: s, Text: checkpoint.Tokenizer.Encode(s.Words.Select(w => w.Form), maxLength)))
            .ToArray();
        // A sentence that was cut has lost some of its heads; a word without a piece has no row.
        var whole = encoded.Where(e => !e.Text.Truncated && e.Text.Words.Where(w => w >= 0).Distinct().Count() == e.Sentence.Words.Count)
            .ToArray();
        TreebankSentence[] fitting = [.. whole.Select(e => e.Sentence)];
        return (LiveAttention.OfTreebank(checkpoint, fitting, [.. whole.Select(w => w.Text)]), fitting, encoded.Length - fitting.Length);
    }

    /// <summary>Per text of a source, which word of its sentence each token is of.</summary>
    /// <param name="sentences">One sentence per text, in the source's order.</param>
    /// <returns>Per text and token its word, from 0, or −1 for special tokens.</returns>
    /// <exception cref="InputException">A sentence's words do not fit its text's tokens.</exception>
    /// <exception cref="ArgumentException">There are not as many sentences as texts.</exception>
    public static IReadOnlyList<int[]> Align(IAttentionSource source, IReadOnlyList<TreebankSentence> sentences) =>
        sentences.Count == source.Texts.Count
        ? [.. sentences.Select((s, i) => Align(source.Texts[i], s))]
        : throw new ArgumentException($"{sentences.Count} sentences for {source.Texts.Count} texts", nameof(sentences));

    private static int[] Align(AttentionText text, TreebankSentence sentence)
    {
        // A source that has cut the words itself knows best; pieces of a byte-level vocabulary do not spell their words.
        if (text.Words is not null && text.Words.Where(w => w >= 0).Distinct().Count() == sentence.Words.Count) return [.. text.Words];
        if (text.Tokens is null)
            throw new InputException($"text {text.Id}", null, "has no tokens, so its words cannot be found",
                "Give the tokens of the saved maps (--tokens)");
        return WordAlignment.Of(text.Tokens, [.. sentence.Words.Select(w => w.Form)], text.Roles)
            ?? throw new InputException($"sentence {sentence.Id}", null,
                $"has words that do not fit the tokens of text {text.Id}: {string.Join(' ', text.Tokens.Take(12))} …",
                "Give the treebank of the same texts; sentences that are longer than the model's positions must be left out");
    }
}
