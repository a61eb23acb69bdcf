using AttentionNotebooks.Attention;
using AttentionNotebooks.Bert;
using AttentionNotebooks.Data;

namespace AttentionNotebooks.Functions;

/// <summary>A model's attention over the sentences of a treebank.</summary>
public static class TreebankAttention
{
    /// <summary>Gives a model a treebank's words as they are split there.</summary>
    /// <param name="checkpoint">The model; it must outlive the source.</param>
    /// <param name="sentences">The treebank.</param>
    /// <returns>The source, the sentences in its order, and how many were left out because they are too long for the model or have a word without a piece.</returns>
    /// <exception cref="InputException">No sentence is left.</exception>
    public static (LiveAttention Source, IReadOnlyList<TreebankSentence> Sentences, int LeftOut) Of(Checkpoint checkpoint, IEnumerable<TreebankSentence> sentences)
    {
        var encoded = sentences.Select(s => (Sentence: s, Text: checkpoint.Tokenizer.Encode(s.Words.Select(w => w.Form)))).ToArray();
        // A sentence that was cut has lost some of its heads; a word without a piece has no row.
        var whole = encoded.Where(e => !e.Text.Truncated && e.Text.Words.Where(w => w >= 0).Distinct().Count() == e.Sentence.Words.Count).ToArray();
        TreebankSentence[] fitting = [.. whole.Select(e => e.Sentence)];
        return (LiveAttention.OfTreebank(checkpoint, fitting), fitting, encoded.Length - fitting.Length);
    }
}
