namespace AttentionNotebooks;

/// <summary>A model's attention over documents with mentions.</summary>
public static class CoreferenceAttention
{
    /// <summary>Gives a model the documents' words; long documents are cut, with the mentions that lie behind the cut. (Clark et al. 2019,
    /// Table 2, cut to 128 tokens.)</summary>
    /// <param name="checkpoint">The model; it must outlive the source.</param>
    /// <param name="maxLength">The most tokens, special ones included; the model's own limit when omitted.</param>
    /// <returns>The source, its documents, how many were cut, and how many were left out because no mention in them has an antecedent or a
    /// word has no piece.</returns>
    /// <exception cref="InputException">No document is left.</exception>
    public static (LiveAttention Source, IReadOnlyList<CoreferenceDocument> Documents, int Cut, int LeftOut) Of(Checkpoint checkpoint,
        IReadOnlyList<CoreferenceDocument> documents, int? maxLength = null)
    {
        int cut = 0;
        var kept = new List<(CoreferenceDocument Document, TokenizedText Text)>();
        foreach (var document in documents)
        {
            var text = checkpoint.Tokenizer.Encode(document.Words, maxLength);
            var own = document;
            if (text.Truncated)
            {
                cut++;
                int words = text.Words.Max(); // the last word may have lost a piece
                own = document with
                {
                    Words = [.. document.Words.Take(words)],
                    Mentions = [.. document.Mentions.Where(m => m.Last < words)]
                };
                text = checkpoint.Tokenizer.Encode(own.Words, maxLength);
            }
            if (own.Anaphors.Any() && text.Words.Where(w => w >= 0).Distinct().Count() == own.Words.Count) kept.Add((own, text));
        }
        if (kept.Count == 0)
            throw new InputException("the documents", null, "have no mention with an antecedent that fits the model",
                "Give documents in which an entity is mentioned twice, or a larger --max-length");
        return (new LiveAttention(checkpoint, [.. kept.Select(k => k.Text)]), [.. kept.Select(k => k.Document)], cut,
            documents.Count - kept.Count);
    }
}
