namespace AttentionNotebooks;

/// <summary>The kinds of tokens and places that the kit knows; of each group, every token is of one kind (or of none, where it says
/// so).</summary>
public static class TokenTypes
{
    private static readonly int[] _rankEdges = [10, 100, 1000];

    /// <summary>[CLS], [SEP], punctuation, words. Needs tokens.</summary>
    public static IReadOnlyList<TokenType> Kinds { get; } =
    [
        TokenType.OfKeys("kind", "[CLS]", t => t.ClsPositions, FeatureNeeds.Tokens),
            TokenType.OfKeys("kind", "[SEP]", t => t.SepPositions, FeatureNeeds.Tokens),
        TokenType.OfKeys("kind", "punctuation", t => Where(t, (type, _) => type == KeyType.Punctuation), FeatureNeeds.Tokens),
        TokenType.OfKeys("kind", "words", t => Where(t, (type, role) => type == KeyType.Other && !role.IsSpecial()), FeatureNeeds.Tokens),
    ];

    /// <summary>
    /// Offsets j − i in tokens, in both directions the nearest alone and then twice as many at a time: self; −1; −2, −3; −4 … −7; −8 …
    /// −15; farther; the same to the right.
    /// </summary>
    public static IReadOnlyList<TokenType> Offsets { get; } =
    [
        TokenType.OfOffsets(int.MinValue, -16, "-16 and farther"), TokenType.OfOffsets(-15, -8, "-8 to -15"),
            TokenType.OfOffsets(-7, -4, "-4 to -7"), TokenType.OfOffsets(-3, -2, "-2 to -3"),
        TokenType.OfOffsets(-1, -1, "-1"), TokenType.OfOffsets(0, 0, "self"), TokenType.OfOffsets(1, 1, "+1"),
        TokenType.OfOffsets(2, 3, "+2 to +3"), TokenType.OfOffsets(4, 7, "+4 to +7"), TokenType.OfOffsets(8, 15, "+8 to +15"),
            TokenType.OfOffsets(16, int.MaxValue, "+16 and farther"),
    ];

    /// <summary>The parts of speech that occur in some texts (Universal Dependencies' tags); special tokens have none.</summary>
    /// <param name="texts">Texts with tags.</param>
    /// <exception cref="InputException">A text has no tags.</exception>
    public static IReadOnlyList<TokenType> PartsOfSpeech(IEnumerable<AttentionText> texts) =>
        [.. texts.SelectMany(Tags).OfType<string>().Distinct().Order(StringComparer.Ordinal).Select(tag =>
            TokenType.OfKeys("part of speech", tag, t => Tags(t).Index().Where(p => p.Item == tag).Select(p => p.Index),
                FeatureNeeds.Tags))];

    /// <summary>Words by how common they are: the 10 commonest, the next up to rank 100, up to 1,000, rarer, and never seen; special tokens
    /// are of none.</summary>
    /// <param name="ranks">How common words are.</param>
    public static IReadOnlyList<TokenType> Frequency(WordRanks ranks)
    {
        var types = new List<TokenType>();
        for (int b = 0; b <= _rankEdges.Length; b++)
        {
            int from = b == 0 ? 1 : _rankEdges[b - 1] + 1, to = b < _rankEdges.Length ? _rankEdges[b] : int.MaxValue;
            types.Add(Bucket(to == int.MaxValue ? $"rank above {from - 1}" : $"rank {from} to {to}", rank => rank >= from && rank <= to));
        }
        return [.. types, Bucket("never seen", rank => rank == 0)];

        TokenType Bucket(string name, Func<int, bool> holds) =>
            TokenType.OfKeys("frequency", name, t => ranks.RanksOf(t).Index().Where(p => holds(p.Item)).Select(p => p.Index),
                FeatureNeeds.Tokens);
    }

    private static IEnumerable<int> Where(AttentionText text, Func<KeyType, TokenRole, bool> holds) => (text.Tokens
        ?? throw new InputException($"text {text.Id}", null, "has no tokens, which this kind asks about",
            "Give the tokens of the saved maps (--tokens)"))
        .Index().Where(p => holds(KeyTypes.Of(p.Item, text.Roles![p.Index]), text.Roles[p.Index])).Select(p => p.Index);

    private static IReadOnlyList<string?> Tags(AttentionText text) => text.Tags
        ?? throw new InputException($"text {text.Id}", null, "has no parts of speech",
            "Give the texts as a treebank (--conllu), or \"tags\" beside the tokens of saved maps");
}
