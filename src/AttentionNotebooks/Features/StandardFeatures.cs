namespace AttentionNotebooks;

/// <summary>The features that the kit knows by name.</summary>
public static class StandardFeatures
{
    /// <summary>All of them, family by family.</summary>
    public static IReadOnlyList<HeadFeature> All { get; } =
    [
        DistanceFeatures.MeanDistance, DistanceFeatures.MeanOffset, DistanceFeatures.DistanceStd, DistanceFeatures.Local2,
        ConcentrationFeatures.Entropy, ConcentrationFeatures.MaxWeight,
        TokenFeatures.Self, TokenFeatures.Previous, TokenFeatures.Next, TokenFeatures.Cls, TokenFeatures.Sep,
        StructureFeatures.Globalness, StructureFeatures.Verticality, StructureFeatures.Diagonality,
        WordFeatures.Distance, WordFeatures.Relative, WordFeatures.OnWords,
    ];

    /// <summary>
    /// The 12 that heads are clustered on by default. Globalness and diagonality would count twice what is there: the one is
    /// entropy, the other the mean distance per token (r = −.9999 over the heads of BERT-base). Distances between words are kept for
    /// clusters of their own (<see cref="BetweenWords"/>).
    /// </summary>
    public static IReadOnlyList<string> ForClustering { get; } =
    [
        .. All.Except([StructureFeatures.Globalness, StructureFeatures.Diagonality, WordFeatures.Distance, WordFeatures.Relative,
            WordFeatures.OnWords]).Select(f => f.Name),
    ];

    /// <summary>How far and how much heads look between words, without special tokens: what to cluster on beside the default.</summary>
    public static IReadOnlyList<string> BetweenWords { get; } = [WordFeatures.Distance.Name, WordFeatures.OnWords.Name];

    /// <summary>The nine that say in few columns where heads look, in the order of the synthesis.</summary>
    public static IReadOnlyList<HeadFeature> ForSynthesis { get; } =
    [
        TokenFeatures.Previous, TokenFeatures.Next, TokenFeatures.Self, DistanceFeatures.Local2, DistanceFeatures.MeanDistance,
        ConcentrationFeatures.Entropy, TokenFeatures.Cls, TokenFeatures.Sep, TokenFeatures.Punctuation,
    ];

    /// <summary>What is computed of a source when no feature is named: the standard ones, and those of the user's own that it can
    /// give.</summary>
    public static IReadOnlyList<HeadFeature> Default(IAttentionSource source)
    {
        var has = FeatureCatalogue.Has(source);
        return [.. All, .. UserMeasures.Features.Where(f => (f.Needs & ~has) == 0)];
    }

    /// <summary>The features that a comma-separated list names.</summary>
    /// <param name="names">For example <c>mean_distance,entropy</c>; all of them when empty.</param>
    /// <exception cref="InputException">There is no such feature, or one is named twice.</exception>
    public static IReadOnlyList<HeadFeature> Parse(string? names)
    {
        var wanted = (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (wanted.Length == 0) return All;
        var repeated = wanted.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1);
        if (repeated is not null) throw new InputException($"feature \"{repeated.Key}\"", null, "is named twice", "Name each feature once");
        return [.. wanted.Select(Get)];
    }

    /// <summary>The feature of that name.</summary>
    /// <exception cref="InputException">There is no such feature.</exception>
    public static HeadFeature Get(string name) =>
        All.FirstOrDefault(f => f.Name == name) ?? throw Spelling.Unknown("feature", name, [.. All.Select(f => f.Name)]);
}
