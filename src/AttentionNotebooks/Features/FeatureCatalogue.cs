namespace AttentionNotebooks;

/// <summary>A family of features: one file, one question.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Question">What its features ask of a head.</param>
/// <param name="Kind">What they say about a head, unless a feature knows better.</param>
public sealed record FeatureFamily(string Name, string Question, IReadOnlyList<HeadFeature> Features, MeasureKind Kind);

/// <summary>
/// Every feature that the kit knows, in families, for the texts of one source: how rare a token is depends on the texts it is
/// counted in. <see cref="StandardFeatures"/> are the 17 that are computed when none is named.
/// </summary>
public sealed class FeatureCatalogue
{
    /// <summary>What names every feature that a source can give.</summary>
    public const string Everything = "all";

    /// <summary>The family of the features that the user registered.</summary>
    public const string UserFamily = "user";

    // Kinds that are not those of the family: neighbours are positions, [CLS], [SEP] and punctuation are no words.
    private static readonly Lazy<Dictionary<string, MeasureKind>> _kinds = new(() =>
    {
        var kinds = new FeatureCatalogue(TokenCounts.Of([])).Families.SelectMany(f => f.Features, (f, x) => (x.Name, f.Kind))
            .ToDictionary();
        foreach (var f in new[] { TokenFeatures.Self, TokenFeatures.Previous, TokenFeatures.Next }) kinds[f.Name] = MeasureKind.Position;
        foreach (var f in new[] { TokenFeatures.Cls, TokenFeatures.Sep, TokenFeatures.Punctuation })
            kinds[f.Name] = MeasureKind.SpecialTokens;
        foreach (var f in WordFeatures.All.Where(f => f.Unit == "share")) kinds[f.Name] = MeasureKind.Tokens;
        foreach (var f in WordFeatures.All.Where(f => f.Needs.HasFlag(FeatureNeeds.Values))) kinds[f.Name] = MeasureKind.Norm;
        return kinds;
    });

    /// <summary>The catalogue of what the kit itself knows.</summary>
    /// <param name="counts">How often each token occurs.</param>
    public FeatureCatalogue(TokenCounts counts) : this(counts, []) { }

    private FeatureCatalogue(TokenCounts counts, IReadOnlyList<HeadFeature> own)
    {
        Families =
        [
            new("distance", "how far?", DistanceFeatures.All, MeasureKind.Position),
            new("words", "how far between words?", WordFeatures.All, MeasureKind.Position),
            new("concentration", "how sharply?", ConcentrationFeatures.All, MeasureKind.Concentration),
            new("structure", "in which shape?", StructureFeatures.All, MeasureKind.Structure),
            new("patterns", "of which of Kovaleva's five kinds?", PatternFeatures.All, MeasureKind.Structure),
            new("tokens", "at which tokens?", TokenFeatures.All(counts), MeasureKind.Tokens),
            new("values", "and what does it take from there?", ValueFeatures.All, MeasureKind.Norm),
            new("stability", "the same in every text?", StabilityFeatures.All, MeasureKind.Stability),
            new("layers", "how far with the layers below counted in?", LayerFeatures.All, MeasureKind.Position),
            .. own.Count > 0 ? [new FeatureFamily(UserFamily, "your own", own, MeasureKind.User)] : Array.Empty<FeatureFamily>(),
        ];
        All = [.. Families.SelectMany(f => f.Features)];
    }

    /// <summary>The catalogue for the texts of a source, whose tokens are counted in those texts, with the user's own features.</summary>
    public static FeatureCatalogue For(IAttentionSource source) => new(TokenCounts.Of(source.Texts), UserMeasures.Features);

    /// <summary>What a feature's family says that it says about a head.</summary>
    internal static MeasureKind KindOf(string feature) => _kinds.Value.TryGetValue(feature, out var kind) ? kind
        : Numbered(feature) is not null ? MeasureKind.Position : MeasureKind.Other;

    /// <summary>Whether texts may lack the feature of that name.</summary>
    internal static bool MayLack(string feature) => (WordFeatures.All.FirstOrDefault(f => f.Name == feature)
        ?? WordFeatures.Numbered(feature))?.MayLack == true;

    /// <summary>The feature of a name that carries a number; else <see langword="null"/>.</summary>
    internal static HeadFeature? Numbered(string name) => DistanceFeatures.Numbered(name) ?? WordFeatures.Numbered(name);

    /// <summary>The families.</summary>
    public IReadOnlyList<FeatureFamily> Families { get; }

    /// <summary>All features, family by family.</summary>
    public IReadOnlyList<HeadFeature> All { get; }

    /// <summary>What a source has for features.</summary>
    public static FeatureNeeds Has(IAttentionSource source) =>
        (source.Texts.All(t => t.Tokens is not null) ? FeatureNeeds.Tokens : 0)
        | (source.Texts.All(t => t.Tags is not null) ? FeatureNeeds.Tags : 0) | (source.HasValues ? FeatureNeeds.Values : 0)
        | (source.Texts.Any(t => t.Segments()[^1] > 0) ? FeatureNeeds.Pairs : 0);

    /// <summary>Of the features, those that a source can give.</summary>
    public IReadOnlyList<HeadFeature> Possible(IAttentionSource source) => [.. All.Where(f => (f.Needs & ~Has(source)) == 0)];

    /// <summary>
    /// The features that a comma-separated list names: features, families, or <see cref="Everything"/>. A family gives what
    /// the source can give of it; a feature that is named itself and that the source cannot give is an error.
    /// </summary>
    /// <param name="names">For example <c>mean_distance,concentration,within_7</c>; <see cref="StandardFeatures.All"/> when empty.</param>
    /// <exception cref="InputException">There is no such feature or family, one is named twice, or the source lacks what one
    /// needs.</exception>
    public IReadOnlyList<HeadFeature> Parse(string? names, IAttentionSource source)
    {
        var wanted = (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (wanted.Length == 0) return StandardFeatures.All;
        var repeated = wanted.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1);
        if (repeated is not null) throw new InputException($"feature \"{repeated.Key}\"", null, "is named twice", "Name each feature once");
        var possible = Possible(source);
        var chosen = new List<HeadFeature>();
        foreach (string name in wanted)
        {
            if (name == Everything) chosen.AddRange(possible);
            else if (Families.FirstOrDefault(f => f.Name == name) is { } family) chosen.AddRange(family.Features.Where(possible.Contains));
            else chosen.Add(Given(Get(name), source));
        }
        var distinct = chosen.DistinctBy(f => f.Name).ToList();
        return distinct.Count > 0 ? distinct : throw new InputException($"features \"{names}\"", null, "cannot be had from this source",
            "Saved maps have no values, and tags only where they were saved with the tokens");
    }

    /// <summary>The feature of that name.</summary>
    /// <param name="name">Its name; <c>within_N</c>, <c>beyond_N</c>, <c>distance_qN</c> and <c>words_qN</c> exist for any number.</param>
    /// <exception cref="InputException">There is no such feature.</exception>
    public HeadFeature Get(string name) => All.FirstOrDefault(f => f.Name == name) ?? Numbered(name)
        ?? throw Spelling.Unknown("feature", name, [.. Families.Select(f => f.Name), .. All.Select(f => f.Name)]);

    private static HeadFeature Given(HeadFeature feature, IAttentionSource source)
    {
        var lacking = feature.Needs & ~Has(source);
        InputException Lacks(string what, string remedy) => new($"feature \"{feature.Name}\"", null, $"needs {what}", remedy);
        if (lacking.HasFlag(FeatureNeeds.Values))
            throw Lacks("the model's values, which saved maps do not have", "Give the model itself (--model)");
        if (lacking.HasFlag(FeatureNeeds.Pairs))
            throw Lacks("pairs of texts", "Give pairs, or leave the feature out: single texts have no other text to look at");
        if (lacking.HasFlag(FeatureNeeds.Tags))
            throw Lacks("parts of speech", "Give the texts as a treebank (--conllu), or \"tags\" beside the tokens of saved maps");
        if (lacking.HasFlag(FeatureNeeds.Tokens)) throw Lacks("the texts' tokens", "Give the tokens of the saved maps (--tokens)");
        return feature;
    }
}
