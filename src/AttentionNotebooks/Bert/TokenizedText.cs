namespace AttentionNotebooks.Bert;

/// <summary>A text, or a pair of texts, as a BERT sees it. All arrays have one entry per token, T in all.</summary>
/// <param name="Ids">Ids in the vocabulary, <c>[T]</c>.</param>
/// <param name="Tokens">The word pieces: <c>[CLS]</c>, <c>play</c>, <c>##ing</c>, <c>[SEP]</c>.</param>
/// <param name="Segments">0 for the first text with its special tokens, 1 for the second.</param>
/// <param name="Words">For each piece the index of the word of its own text that it belongs to (counted from 0 in
/// each text of a pair), or −1 for the special tokens that were added.</param>
/// <param name="Dropped">Pieces that were cut off because the text was longer than the model's positions; 0 if none.</param>
public sealed record TokenizedText(int[] Ids, string[] Tokens, int[] Segments, int[] Words, int Dropped)
{
    /// <summary>Tokens, T.</summary>
    public int Length => Ids.Length;

    /// <summary>Whether pieces were cut off.</summary>
    public bool Truncated => Dropped > 0;
}
