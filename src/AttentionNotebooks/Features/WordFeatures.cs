using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>
/// How far a head looks between words. Special tokens stand at the ends of a text, so that resting on them counts as looking
/// far in <see cref="DistanceFeatures.MeanDistance"/>. Here both query and key are words, and a token's look at itself is left out.
/// The same eleven features exist of word pieces (<c>words_…</c>), of whole words (<c>whole_words_…</c>), and of what is carried from
/// piece to piece (<c>norm_words_…</c>).
/// </summary>
/// <remarks>
/// Where tokens are not known, the first and the last token count as special. m is the number of a text's words: tokens that are
/// no special tokens, or, in the features of whole words, words with their pieces merged (by the pieces' marks, such as <c>##</c>;
/// punctuation is a word of its own). A row without weight on another word is left
/// out (<c>words_rows</c> says how many are left), and a text in which a head has no such row, as one with fewer than two words, has no
/// value.
/// </remarks>
public static class WordFeatures
{
    private const string Kit = "this kit", Share = "share", OfUniform = "of uniform";
    private const int Two = 4, Choice = 5; // tokens of a text with two words, and with three, where a word can choose

    private static readonly Words Pieces = new("words", "tokens", WordPairs.Tokens, (m, _) => m.Probabilities),
        Whole = new("whole_words", "words", WordPairs.WholeWords, (m, pairs) => WordSums.Merged(m.Probabilities, pairs))
        { Needs = FeatureNeeds.Tokens, Said = ", pieces merged", Source = "pieces merged after Clark et al. 2019, §4.1" },
        Carried = new("norm_words", "tokens", WordPairs.Tokens, (m, _) => m.NormWeights())
        {
            Needs = FeatureNeeds.Values,
            Weight = "B",
            Source = "after Kobayashi et al. 2020",
            Said = ", B_ij = A_ij·‖f(x_j)‖ / Σ_k A_ik·‖f(x_k)‖",
        },
        Special = new("special", "tokens", WordPairs.WithSpecial, (m, _) => m.Probabilities),
        Within = new("words_within", "tokens", b => WordPairs.OfPairs(b, across: false), (m, _) => m.Probabilities)
        { Needs = FeatureNeeds.Pairs, Said = ", within one text of a pair" },
        Across = new("words_across", "tokens", b => WordPairs.OfPairs(b, across: true), (m, _) => m.Probabilities)
        { Needs = FeatureNeeds.Pairs, Said = ", from one text of a pair to the other" };

    /// <summary>Mean distance between words, row by row: each word counts the same. The uniform map has (m + 1)/3 in a single
    /// text.</summary>
    public static HeadFeature Distance { get; } = DistanceOf(Pieces);

    /// <summary><see cref="Distance"/> divided by the uniform map's.</summary>
    public static HeadFeature Relative { get; } = RelativeTo(Distance, Pieces);

    /// <summary>Attention on other words, per word: what the distances between words are made of.</summary>
    public static HeadFeature OnWords { get; } = ShareOf(Pieces);

    /// <summary>Mean distance between words, weighted by attention: a word counts as much as it attends to other words.</summary>
    public static HeadFeature DistanceByMass { get; } = ByMassOf(Pieces);

    /// <summary>The part of mean_distance that goes from words to words. With <see cref="SpecialPart"/> it is mean_distance.</summary>
    public static HeadFeature WordsPart { get; } = new("distance_words_part", "tokens", "Σ_ij A_ij·|i−j| / n, i, j words", Kit,
        m => m.Sums(Pieces).Distance.sum(dim: -1) / m.Lengths)
    { Range = "0 … below n", LeastTokens = Two };

    /// <summary>The part of mean_distance that goes to or from special tokens.</summary>
    public static HeadFeature SpecialPart { get; } = new("distance_special_part", "tokens",
        "Σ_ij A_ij·|i−j| / n, i or j a special token", Kit, m => m.Sums(Special).Distance.sum(dim: -1) / m.Lengths)
    { Range = "0 … below n", LeastTokens = 2 };

    /// <summary>A quantile of the distance between words: the least d within which the share q of the attention on other words
    /// falls.</summary>
    /// <param name="percent">100·q, from 1 to 99.</param>
    public static HeadFeature Quantile(int percent) => QuantileOf(Pieces, percent);

    /// <summary>The family: the features of pieces, the two parts of the mean distance, those of whole words, of pairs of texts, and of
    /// what is carried.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } =
    [
        Distance, Relative, OnWords, DistanceByMass, .. OthersOf(Pieces, DistanceByMass), WordsPart, SpecialPart,
        .. AllOf(Whole), DistanceOf(Within), DistanceOf(Across), ShareOf(Across), .. AllOf(Carried),
    ];

    /// <summary>The feature of a name that carries a number, such as <c>words_q25</c> or <c>whole_words_q25</c>; else
    /// <see langword="null"/>.</summary>
    public static HeadFeature? Numbered(string name)
    {
        foreach (var words in (Words[])[Pieces, Whole, Carried])
        {
            if (name.StartsWith($"{words.Prefix}_q", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(words.Prefix.Length + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int percent)
                && percent is >= 1 and <= 99 && name == FormattableString.Invariant($"{words.Prefix}_q{percent}"))
                return QuantileOf(words, percent);
        }
        return null;
    }

    private static IReadOnlyList<HeadFeature> AllOf(Words words)
    {
        HeadFeature distance = DistanceOf(words), byMass = ByMassOf(words);
        return [distance, RelativeTo(distance, words), ShareOf(words), byMass, .. OthersOf(words, byMass)];
    }

    private static IEnumerable<HeadFeature> OthersOf(Words words, HeadFeature byMass) =>
    [
        RelativeTo(byMass, words), OffsetOf(words), StdOf(words), QuantileOf(words, 10), QuantileOf(words, 50), QuantileOf(words, 90),
        RowsOf(words),
    ];

    private static HeadFeature DistanceOf(Words words) => words.Feature("distance", words.Unit,
        words.RowByRow("|i−j|"), "1 … n−3", Choice, m => m.Sums(words).DistanceByRow());

    private static HeadFeature ByMassOf(Words words) => words.Feature("distance_by_mass", words.Unit,
        "Σ_ij A_ij·|i−j| / Σ_ij A_ij, i ≠ j words", "1 … n−3", Choice, m => m.Sums(words).DistanceByMass());

    private static HeadFeature RelativeTo(HeadFeature distance, Words words) => new(
        distance.Name.Replace("_distance", "_relative", StringComparison.Ordinal), OfUniform,
        $"{distance.Name} / that of the uniform map", Kit, m => distance.Compute(m) / m.Pairs(words).Uniform)
    { Range = "above 0", Needs = words.Needs, LeastTokens = Choice, MayLack = true };

    // Negative looks back, positive ahead.
    private static HeadFeature OffsetOf(Words words) => words.Feature("offset", words.Unit, words.RowByRow("(j−i)"), "−(n−3) … n−3", Two,
        m => m.Sums(words).OffsetByRow());

    private static HeadFeature StdOf(Words words) => words.Feature("std", words.Unit,
        "(1/r) Σ_i sd_j(j−i) under A_ij / Σ_k A_ik, i ≠ j words", "0 … (n−4)/2", Choice,
        m => m.Sums(words, spread: true).MeanSpread());

    private static HeadFeature ShareOf(Words words) => words.Feature("share", Share, "Σ_ij A_ij / m, i ≠ j words", "0 … 1", Two,
        m => m.Sums(words).Mass.sum(dim: -1) / m.Pairs(words).Rows);

    private static HeadFeature RowsOf(Words words) => words.Feature("rows", Share,
        "r / m, r the rows with Σ_j A_ij > 0, i ≠ j words", "0 … 1", Two,
        m => m.Sums(words).Some.sum(dim: -1) / m.Pairs(words).Rows);

    private static HeadFeature QuantileOf(Words words, int percent)
    {
        // Made when first asked of a map: a feature can be named and listed where libtorch does not load.
        var share = new Lazy<Scalar>(() => (percent / 100.0 - 1e-6).ToScalar());
        return words.Feature($"q{percent}", words.Unit, $"min d : Σ_{{|i−j|≤d}} A_ij / Σ_ij A_ij ≥ {percent} %, i ≠ j words",
            "1 … n−3", Choice, m =>
            {
                // 0/0 where no word has weight on another: NaN, and a NaN is not below the share.
                var shares = m.Shared($"{words.Prefix} at each distance", () =>
                {
                    var sums = DistanceFeatures.DistanceSums(m.MapsOf(words) * m.Pairs(words).Weights.unsqueeze(1));
                    return sums / sums.sum(dim: -1, keepdim: true);
                });                                                                                             // [B, H, T]
                var found = shares.cumsum(-1).lt(share.Value).to_type(ScalarType.Float32).sum(dim: -1);
                return found.Plus(shares.select(-1, 0)); // the share at distance 0 is 0, or NaN
            });
    }

    private static WordPairs Pairs(this LayerMaps m, Words words) =>
        m.Batch.Cached($"pairs of {words.Prefix}", () => words.PairsOf(m.Batch));

    private static Tensor MapsOf(this LayerMaps m, Words words) =>
        words == Whole ? m.Shared("maps of whole words", () => words.Maps(m, m.Pairs(words))) : words.Maps(m, m.Pairs(words));

    private static WordSums Sums(this LayerMaps m, Words words, bool spread = false) => m.Shared($"sums of {words.Prefix}, {spread}",
        () => WordSums.Of(m.MapsOf(words), m.Pairs(words), spread));

    // Which pairs count, and in which maps.
    private sealed record Words(string Prefix, string Unit, Func<TextBatch, WordPairs> PairsOf, Func<LayerMaps, WordPairs, Tensor> Maps)
    {
        public FeatureNeeds Needs { get; init; }

        public string Weight { get; init; } = "A";

        public string Source { get; init; } = Kit;

        public string Said { get; init; } = "";

        public string RowByRow(string distance) =>
            $"(1/r) Σ_i (Σ_j A_ij·{distance} / Σ_j A_ij), i ≠ j words, over the r rows with Σ_j A_ij > 0";

        public HeadFeature Feature(string name, string unit, string definition, string range, int leastTokens,
            Func<LayerMaps, Tensor> compute) =>
            new($"{Prefix}_{name}", unit, definition.Replace("A_i", $"{Weight}_i", StringComparison.Ordinal) + Said, Source, compute)
            { Range = range, Needs = Needs, LeastTokens = leastTokens, MayLack = true };
    }
}
