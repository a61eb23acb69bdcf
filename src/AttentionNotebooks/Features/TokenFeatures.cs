namespace AttentionNotebooks;

/// <summary>What a head looks at: shares of its attention on particular tokens, after Clark et al. 2019, §3.1 and §3.2.</summary>
public static class TokenFeatures
{
    private const string Source = "Clark et al. 2019, §3";

    // Universal Dependencies, "Universal POS tags": open and closed classes of words.
    private static readonly HashSet<string> Open = ["ADJ", "ADV", "INTJ", "NOUN", "PROPN", "VERB"];
    private static readonly HashSet<string> Closed = ["ADP", "AUX", "CCONJ", "DET", "NUM", "PART", "PRON", "SCONJ"];

    /// <summary>Mass on the token itself, Σ_i A_ii / n, a share from 0 to 1.</summary>
    public static HeadFeature Self { get; } = new("self", "share", "Σ_i A_ii / n", Source, m => m.OnDiagonal(0))
    { Range = "0 … 1", LeastTokens = 2 };

    /// <summary>Mass on the token before, Σ_i A_i,i−1 / n, a share from 0 to (n − 1)/n.</summary>
    public static HeadFeature Previous { get; } = new("previous", "share", "Σ_i A_i,i−1 / n", Source, m => m.OnDiagonal(-1))
    { Range = "0 … (n−1)/n", LeastTokens = 2 };

    /// <summary>Mass on the token after, Σ_i A_i,i+1 / n, a share from 0 to (n − 1)/n.</summary>
    public static HeadFeature Next { get; } = new("next", "share", "Σ_i A_i,i+1 / n", Source, m => m.OnDiagonal(1))
    { Range = "0 … (n−1)/n", LeastTokens = 2 };

    /// <summary>Mass on [CLS], Σ_i A_i,[CLS] / n, a share from 0 to 1. Where tokens are not known, on the first token.</summary>
    public static HeadFeature Cls { get; } = new("cls", "share", "Σ_i A_i,[CLS] / n", Source, m => m.OnKeys(m.IsCls))
    { Range = "0 … 1", LeastTokens = 2 };

    /// <summary>
    /// Mass on [SEP] (all of a pair), Σ_i A_i,[SEP] / n, a share from 0 to 1. Where tokens are not known, on the last token.
    /// </summary>
    public static HeadFeature Sep { get; } = new("sep", "share", "Σ_i Σ_j∈[SEP] A_ij / n", Source, m => m.OnKeys(m.IsSep))
    { Range = "0 … 1", LeastTokens = 2 };

    /// <summary>
    /// Mass on punctuation: tokens of punctuation marks and symbols only. (Clark et al. count the full stop and the comma.)
    /// </summary>
    public static HeadFeature Punctuation { get; } = new(
        "punctuation", "share", "Σ_i Σ_j∈punctuation A_ij / n", "after Clark et al. 2019, §3.2",
        m => m.OnKeys(m.Batch.Cached("punctuation", () => m.MarkTokens(IsPunctuation))))
    { Range = "0 … 1", Needs = FeatureNeeds.Tokens };

    /// <summary>
    /// Mass on other occurrences of the query's word: pieces of a word spelt the same, elsewhere in the text. Letter case counts
    /// as the model's tokens have it.
    /// </summary>
    public static HeadFeature SameWord { get; } = new(
        "same_word", "share", "Σ_ij A_ij·[i, j in different occurrences of one word] / n", "this kit",
        m => (m.Probabilities * m.Batch.Cached("same_word", () => m.Batch.MarkPairs(SameWords)).unsqueeze(1)).sum([-2, -1]) / m.Lengths)
    { Range = "0 … 1", Needs = FeatureNeeds.Tokens };

    /// <summary>
    /// Mass on content words: tokens with a tag of Universal Dependencies' open classes (ADJ, ADV, INTJ, NOUN, PROPN, VERB).
    /// </summary>
    public static HeadFeature ContentWords { get; } = Tagged("content_words", "open", Open);

    /// <summary>
    /// Mass on function words: tokens with a tag of Universal Dependencies' closed classes (ADP, AUX, CCONJ, DET, NUM, PART,
    /// PRON, SCONJ).
    /// </summary>
    public static HeadFeature FunctionWords { get; } = Tagged("function_words", "closed", Closed);

    /// <summary>
    /// Mass on the text's rarest token, special tokens aside; of tokens as rare, the first. Voita et al. 2019, §5.3, see a
    /// head of the first layer that looks there.
    /// </summary>
    /// <param name="counts">How often each token occurs.</param>
    public static HeadFeature Rarest(TokenCounts counts) =>
        new("rarest", "share", "Σ_i A_i,j / n, j the least frequent token of the text", "after Voita et al. 2019, §5.3",
        m => m.OnKeys(m.MarkPositions(text => [counts.RarestOf(text)])))
        { Range = "0 … 1", Needs = FeatureNeeds.Tokens };

    /// <summary>The family.</summary>
    /// <param name="counts">How often each token occurs.</param>
    public static IReadOnlyList<HeadFeature> All(TokenCounts counts) =>
        [Self, Previous, Next, Cls, Sep, Punctuation, SameWord, Rarest(counts), ContentWords, FunctionWords];

    /// <summary>
    /// Whether a token is nothing but punctuation marks and symbols, a mark such as <c>Ġ</c> that stands for a space aside; special
    /// tokens, which all hold letters, are not.
    /// </summary>
    public static bool IsPunctuation(string token) =>
        token.Length > 0 && TokenRoles.WithoutSpaces(token).All(c => char.IsPunctuation(c) || char.IsSymbol(c));

    private static HeadFeature Tagged(string name, string classes, HashSet<string> tags) =>
        new(name, "share", $"Σ_i Σ_j∈{classes} classes A_ij / n", "classes of Universal Dependencies",
        m => m.OnKeys(m.Batch.Cached(name, () => m.MarkTags(tags.Contains))))
        { Range = "0 … 1", Needs = FeatureNeeds.Tags };

    private static IEnumerable<(int, int)> SameWords(AttentionText text)
    {
        var words = TokenWords.Of(text);
        for (int i = 0; i < words.Length; i++)
            for (int j = 0; j < words.Length; j++)
                if (words[i].Number >= 0 && words[i].Number != words[j].Number && words[i].Word == words[j].Word) yield return (i, j);
    }
}
