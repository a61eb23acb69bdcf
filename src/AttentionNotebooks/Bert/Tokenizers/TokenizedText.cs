namespace AttentionNotebooks;

/// <summary>A text, or a pair of texts, as a model sees it. All arrays have one entry per token, T in all.</summary>
/// <param name="Ids">Ids in the vocabulary, <c>[T]</c>.</param>
/// <param name="Tokens">The pieces: <c>[CLS]</c>, <c>play</c>, <c>##ing</c>, <c>[SEP]</c>.</param>
/// <param name="Segments">Which text each token is of, as the model sees it: 0 for the first with its special tokens, 1 for the
/// second; all 0 for models with one segment (RoBERTa).</param>
/// <param name="Words">For each piece the index of the word of its own text that it belongs to (counted from 0 in
/// each text of a pair), or −1 for the special tokens that were added and for pieces of nothing but white space.</param>
/// <param name="Dropped">Pieces that were cut off because the text was longer than the model's positions; 0 if none.</param>
/// <example><code>
/// TokenizedText text = Kit.Model().Tokenizer.Encode("The keeper climbed the stairs.");
/// string.Join(" ", text.Tokens)          // [CLS] the keeper climbed the stairs . [SEP]
/// </code></example>
public sealed record TokenizedText(int[] Ids, string[] Tokens, int[] Segments, int[] Words, int Dropped)
{
    private TokenRole[]? roles;

    /// <summary>The pieces: <c>[CLS]</c>, <c>play</c>, <c>##ing</c>, <c>[SEP]</c>. Other pieces have other <see cref="Roles"/>.</summary>
    public string[] Tokens
    {
        get;
        init => (field, roles) = (value, null);
    } = Tokens;

    /// <summary>
    /// For each piece what it is: special token, first piece of a word, later piece. By the tokens' spelling unless the tokenizer says it.
    /// </summary>
    public TokenRole[] Roles
    {
        get => roles ??= TokenRoles.Of(Tokens);
        init => roles = value;
    }

    /// <summary>
    /// For each piece where it stands in its own text, as UTF-16 positions from Start up to but without End; (0, 0)
    /// for the special tokens that were added. Of a text that was given in words, positions count within the word. A
    /// piece begins and ends at whole characters: where one character became several pieces, each has its place.
    /// Accents that were written as characters of their own and taken off belong to no piece when they end one.
    /// </summary>
    public (int Start, int End)[] Offsets { get; init; } = [];

    /// <summary>For each piece which text it comes from: 0 the first, 1 the second of a pair, −1 for the special tokens that were
    /// added.</summary>
    public int[] Sources { get; init; } = [];

    /// <summary>Tokens, T.</summary>
    public int Length => Ids.Length;

    /// <summary>Whether pieces were cut off.</summary>
    public bool Truncated => Dropped > 0;

    /// <summary>The positions of a word's pieces.</summary>
    /// <param name="word">The word's index in its own text.</param>
    /// <param name="source">Which text: 0 the first, 1 the second of a pair.</param>
    /// <returns>Positions in the order of the pieces; none where the word was cut off or holds nothing printable.</returns>
    public int[] PiecesOf(int word, int source = 0) => word < 0 ? []
        : [.. Enumerable.Range(0, Sources.Length).Where(i => Words[i] == word && Sources[i] == source)];

    /// <summary>Refuses a text without a token of its own.</summary>
    /// <param name="name">What the error calls the text.</param>
    /// <param name="place">Where it stands, if that is known.</param>
    /// <exception cref="InputException">It has none.</exception>
    internal TokenizedText RequireTokens(string name, string? place = null) => Words.Any(w => w >= 0) ? this
        : throw new InputException(name, place, "has no token: it is empty, or holds only characters that the tokenizer drops, such as "
            + "zero-width ones", "Leave it out");
}
