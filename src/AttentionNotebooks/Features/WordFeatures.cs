using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// How far a head looks between words. Special tokens stand at the ends of a text, so that resting on them counts as looking
/// far in <see cref="DistanceFeatures.MeanDistance"/>. Here both query and key are words, and a token's look at itself is left out.
/// </summary>
/// <remarks>
/// Where tokens are not known, the first and the last token count as special. m is the number of a text's words: tokens that are
/// no special tokens, or, in the features of whole words, words with their pieces merged. A row without weight on another word is left
/// out (<see cref="Rows"/> says how many are left), and a text in which a head has no such row, as one with fewer than two
/// words, has no value.
/// </remarks>
public static class WordFeatures
{
    private const string Kit = "this kit", Tokens = "tokens", Share = "share", OfUniform = "of uniform", Words = "words";
    private const int Two = 4, Choice = 5; // tokens of a text with two words, and with three, where a word can choose
    private const string OfUniformRange = "above 0 … below 3", DistanceRange = "1 … m−1";

    private const string ByMass = "Σ_ij A_ij·|i−j| / Σ_ij A_ij, i ≠ j words";

    private static readonly PairSet Between = new("pairs of words", WordPairs.Tokens),
        Norm = new("pairs of words", WordPairs.Tokens, FeatureNeeds.Values),
        Whole = new("pairs of whole words", WordPairs.WholeWords, FeatureNeeds.Tokens),
        WithSpecial = new("pairs with a special token", WordPairs.WithSpecial),
        Within = new("pairs of words of one text", b => WordPairs.OfPairs(b, across: false), FeatureNeeds.Pairs),
        Across = new("pairs of words of two texts", b => WordPairs.OfPairs(b, across: true), FeatureNeeds.Pairs);

    /// <summary>Mean distance between words, row by row: each word counts the same. The uniform map has (m + 1)/3 in a single
    /// text.</summary>
    public static HeadFeature Distance { get; } = Feature("words_distance", Tokens, Formula("|i−j|"), Between,
        s => s.ByRow(s.Distance), DistanceRange);

    /// <summary><see cref="Distance"/> divided by the uniform map's.</summary>
    public static HeadFeature Relative { get; } = new("words_relative", OfUniform, "words_distance / that of the uniform map", Kit,
        m => Distance.Compute(m) / m.Pairs(Between).Uniform)
    { Range = OfUniformRange, LeastTokens = Choice, MayLack = true };

    /// <summary>Attention on other words, per word: what the distances between words are made of.</summary>
    public static HeadFeature OnWords { get; } = Shared("words_share", "Σ_ij A_ij / m, i ≠ j words", Between);

    /// <summary>Mean distance between words, weighted by attention: a word counts as much as it attends to other words.</summary>
    public static HeadFeature DistanceByMass { get; } = Feature("words_distance_by_mass", Tokens, ByMass, Between,
        s => s.ByMass(s.Distance), DistanceRange);

    /// <summary><see cref="DistanceByMass"/> divided by the uniform map's.</summary>
    public static HeadFeature RelativeByMass { get; } = new("words_relative_by_mass", OfUniform,
        "words_distance_by_mass / that of the uniform map", Kit, m => DistanceByMass.Compute(m) / m.Pairs(Between).Uniform)
    { Range = OfUniformRange, LeastTokens = Choice, MayLack = true };

    /// <summary>Mean signed offset between words, row by row: negative looks back, positive ahead.</summary>
    public static HeadFeature Offset { get; } = Feature("words_offset", Tokens, Formula("(j−i)"), Between, s => s.ByRow(s.Offset),
        "−(m−1) … m−1", Two);

    /// <summary>Spread: the mean over rows of the standard deviation of j − i under the row's weights on other words.</summary>
    public static HeadFeature Std { get; } = new("words_std", Tokens, "(1/r) Σ_i sd_j(j−i) under A_ij / Σ_k A_ik, i ≠ j words", Kit,
        m =>
        {
            var sums = m.WordSums(Between, spread: true);
            return sums.MeanOfRows(sums.Spread!);
        })
    { Range = "0 … (m−1)/2", LeastTokens = Choice, MayLack = true };

    /// <summary>The share of words with weight on another word: the rows that the other features count.</summary>
    public static HeadFeature Rows { get; } = new("words_rows", Share, "r / m, r the rows with Σ_j A_ij > 0, i ≠ j words", Kit,
        m => m.WordSums(Between).Some.sum(dim: -1) / m.Pairs(Between).Rows)
    { Range = "0 … 1", LeastTokens = Two, MayLack = true };

    /// <summary>The part of mean_distance that goes from words to words. With <see cref="SpecialPart"/> it is mean_distance.</summary>
    public static HeadFeature WordsPart { get; } = new("distance_words_part", Tokens, "Σ_ij A_ij·|i−j| / n, i, j words", Kit,
        m => m.WordSums(Between).Distance.sum(dim: -1) / m.Lengths)
    { Range = "0 … below n", LeastTokens = Two };

    /// <summary>The part of mean_distance that goes to or from special tokens.</summary>
    public static HeadFeature SpecialPart { get; } = new("distance_special_part", Tokens,
        "Σ_ij A_ij·|i−j| / n, i or j a special token", Kit,
        m => m.WordSums(WithSpecial).Distance.sum(dim: -1) / m.Lengths)
    { Range = "0 … below n", LeastTokens = 2 };

    /// <summary>A quantile of the distance between words: the least d within which the share q of the attention on other words
    /// falls.</summary>
    /// <param name="percent">100·q, from 1 to 99.</param>
    public static HeadFeature Quantile(int percent)
    {
        // Made when first asked of a map: a feature can be named and listed where libtorch does not load.
        var share = new Lazy<Scalar>(() => (percent / 100.0 - 1e-6).ToScalar());
        return new($"words_q{percent}", Tokens, $"min d : Σ_{{|i−j|≤d}} A_ij / Σ_ij A_ij ≥ {percent} %, i ≠ j words", Kit, m =>
        {
            // 0/0 where no word has weight on another: NaN, and a NaN is not below the share.
            var shares = m.Shared("words' distances", () =>
            {
                var sums = DistanceFeatures.DistanceSums(m.Probabilities * m.Pairs(Between).Weights.unsqueeze(1));
                return sums / sums.sum(dim: -1, keepdim: true);
            });                                                                                             // [B, H, T]
            var found = shares.cumsum(-1).lt(share.Value).to_type(ScalarType.Float32).sum(dim: -1);
            return found.Plus(shares.select(-1, 0)); // the share at distance 0 is 0, or NaN
        })
        { Range = DistanceRange, LeastTokens = Choice, MayLack = true };
    }

    /// <summary>Mean distance between whole words, row by row, in words. The uniform map over words has (m + 1)/3.</summary>
    public static HeadFeature WholeDistance { get; } = Feature("whole_words_distance", Words, Formula("|i−j|") + ", pieces merged", Whole,
        s => s.ByRow(s.Distance), DistanceRange);

    /// <summary><see cref="WholeDistance"/> divided by (m + 1)/3.</summary>
    public static HeadFeature WholeRelative { get; } = new("whole_words_relative", OfUniform, "whole_words_distance / ((m+1)/3)", Kit,
        m => WholeDistance.Compute(m) / m.Pairs(Whole).Uniform)
    { Range = OfUniformRange, Needs = FeatureNeeds.Tokens, LeastTokens = Choice, MayLack = true };

    /// <summary>Mean distance between whole words, weighted by attention, in words.</summary>
    public static HeadFeature WholeDistanceByMass { get; } = Feature("whole_words_distance_by_mass", Words,
        ByMass + ", pieces merged", Whole,
        s => s.ByMass(s.Distance), DistanceRange);

    /// <summary><see cref="WholeDistanceByMass"/> divided by (m + 1)/3.</summary>
    public static HeadFeature WholeRelativeByMass { get; } = new("whole_words_relative_by_mass", OfUniform,
        "whole_words_distance_by_mass / ((m+1)/3)", Kit, m => WholeDistanceByMass.Compute(m) / m.Pairs(Whole).Uniform)
    { Range = OfUniformRange, Needs = FeatureNeeds.Tokens, LeastTokens = Choice, MayLack = true };

    /// <summary>Attention on other words per word, the pieces of a word merged.</summary>
    public static HeadFeature OnWholeWords { get; } = Shared("whole_words_share", "Σ_ij A_ij / m, i ≠ j words, pieces merged", Whole);

    /// <summary>Mean distance between words of one text of a pair, row by row.</summary>
    public static HeadFeature WithinDistance { get; } = Feature("words_within_distance", Tokens,
        Formula("|i−j|") + " of one text of a pair",
        Within, s => s.ByRow(s.Distance), DistanceRange);

    /// <summary>Mean distance between words of the two texts of a pair, row by row. Single texts have no value.</summary>
    public static HeadFeature AcrossDistance { get; } = Feature("words_across_distance", Tokens,
        Formula("|i−j|") + " of two texts of a pair",
        Across, s => s.ByRow(s.Distance), "2 … n−3");

    /// <summary>Attention of words on those of the other text of a pair, per word. Single texts have no value.</summary>
    public static HeadFeature OnOtherText { get; } =
        Shared("words_across_share", "Σ_ij A_ij / m, i, j words of two texts of a pair", Across);

    /// <summary>Mean distance between words of what is carried: <see cref="Distance"/> with A_ij·‖f(x_j)‖ in the place of A_ij.</summary>
    public static HeadFeature NormDistance { get; } = Feature("norm_words_distance", Tokens, Carried(Formula("|i−j|")), Norm,
        s => s.ByRow(s.Distance), DistanceRange);

    /// <summary>Mean distance between words of what is carried, weighted by how much it is of all that the query is given.</summary>
    public static HeadFeature NormDistanceByMass { get; } = Feature("norm_words_distance_by_mass", Tokens, Carried(ByMass), Norm,
        s => s.ByMass(s.Distance), DistanceRange);

    /// <summary>What is carried from other words, per word.</summary>
    public static HeadFeature NormOnWords { get; } = Shared("norm_words_share", Carried("Σ_ij A_ij / m, i ≠ j words"), Norm);

    /// <summary>The family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } =
    [
        Distance, Relative, OnWords, DistanceByMass, RelativeByMass, Offset, Std, Quantile(10), Quantile(50), Quantile(90), Rows,
        WordsPart, SpecialPart, WholeDistance, WholeRelative, WholeDistanceByMass, WholeRelativeByMass, OnWholeWords,
        WithinDistance, AcrossDistance, OnOtherText, NormDistance, NormDistanceByMass, NormOnWords,
    ];

    private static HeadFeature Feature(string name, string unit, string definition, PairSet set, Func<WordSums, Tensor> of, string range,
        int leastTokens = Choice) =>
        new(name, unit, definition, set.Source, m => of(m.WordSums(set)))
        { Range = range, Needs = set.Needs, LeastTokens = leastTokens, MayLack = true };

    private static HeadFeature Shared(string name, string definition, PairSet set) =>
        new(name, Share, definition, set.Source, m => m.WordSums(set).Mass.sum(dim: -1) / m.Pairs(set).Rows)
        { Range = "0 … 1", Needs = set.Needs, LeastTokens = Two, MayLack = true };

    private static string Formula(string distance) =>
        $"(1/r) Σ_i (Σ_j A_ij·{distance} / Σ_j A_ij), i ≠ j words, over the r rows with Σ_j A_ij > 0";

    private static string Carried(string definition) =>
        $"{definition.Replace("A_ij", "B_ij", StringComparison.Ordinal)}, B_ij = A_ij·‖f(x_j)‖ / Σ_k A_ik·‖f(x_k)‖";

    private static WordPairs Pairs(this LayerMaps m, PairSet set) => m.Batch.Cached(set.Name, () => set.Of(m.Batch));

    private static WordSums WordSums(this LayerMaps m, PairSet set, bool spread = false) => m.Shared($"{set.Name}, {set.Norm}, {spread}",
        () => AttentionNotebooks.WordSums.Of(set.Norm ? m.NormWeights() : m.Probabilities, m.Pairs(set), spread));

    // Which pairs count, and in which maps.
    private sealed record PairSet(string Name, Func<TextBatch, WordPairs> Of, FeatureNeeds Needs = FeatureNeeds.None)
    {
        public bool Norm => Needs.HasFlag(FeatureNeeds.Values);

        public string Source => Norm ? "after Kobayashi et al. 2020" : Kit;
    }

    /// <summary>The feature of a name that carries a number, <c>words_q25</c>; else <see langword="null"/>.</summary>
    public static HeadFeature? Numbered(string name) =>
        name.StartsWith("words_q", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan("words_q".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int percent)
        && percent is >= 1 and <= 99 && name == FormattableString.Invariant($"words_q{percent}") ? Quantile(percent) : null;
}
