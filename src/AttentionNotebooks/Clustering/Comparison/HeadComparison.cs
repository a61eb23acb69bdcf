namespace AttentionNotebooks;

/// <summary>How two models are compared.</summary>
public sealed record ComparisonOptions
{
    /// <summary>What the first model is called; that which its table says, or A, when empty.</summary>
    public string NameA { get; init; } = "";

    /// <summary>What the second model is called; that which its table says, or B, when empty.</summary>
    public string NameB { get; init; } = "";

    /// <summary>The columns to compare; those that both have and that heads are clustered on when omitted.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Whether heads are matched and carried over by the mean and spread of their own model, for models on different texts; else
    /// matched by those of both models together, and carried over by those of the model that the centres come from. Each model is
    /// clustered on its own z-scores in any case.</summary>
    public bool EachByItself { get; init; }

    /// <summary>Whether both are on the same texts, if it is known otherwise than from the tables.</summary>
    public bool? SameTexts { get; init; }

    /// <summary>How many clusters each model gets.</summary>
    public int Clusters { get; init; } = 4;

    /// <summary>How often the matching deals features anew.</summary>
    public int Draws { get; init; } = HeadMatching.DefaultDraws;

    /// <summary>Decides all random choices.</summary>
    public int Seed { get; init; }
}

/// <summary>How many heads of two models have a pattern.</summary>
/// <param name="Name">The pattern, or the name of clusters without what distinguishes clusters of one name.</param>
/// <param name="A">Heads of the first model; for single heads with the 95 % interval over texts, if the values per text are
/// known.</param>
/// <param name="B">Heads of the second model.</param>
public sealed record PatternCount(string Name, Interval A, Interval B)
{
    /// <summary>Whether both models have such heads.</summary>
    public bool InBoth => A.Value > 0 && B.Value > 0;

    /// <summary>Counts the patterns of two models.</summary>
    /// <param name="a">Per head of the first model its pattern, and the same over drawn texts, if there are any.</param>
    /// <param name="b">The same of the second model.</param>
    internal static IReadOnlyList<PatternCount> Of((string[] Heads, string[][] Draws) a, (string[] Heads, string[][] Draws) b)
    {
        static Interval Count((string[] Heads, string[][] Draws) of, string name) =>
            Interval.OfDraws(of.Heads.Count(n => n == name), of.Draws.Select(d => (double)d.Count(n => n == name)));
        return [.. a.Heads.Concat(b.Heads).Distinct().Select(n => new PatternCount(n, Count(a, n), Count(b, n)))
            .OrderByDescending(p => p.A.Value + p.B.Value).ThenBy(p => p.Name, StringComparer.Ordinal)];
    }
}

/// <summary>
/// Two models side by side: which heads match, which clusters have the same name, whether clusters of one are found in the other, and
/// how features run through the layers. The models may have different numbers of layers and heads. Immutable.
/// </summary>
/// <example><code>
/// var bert = HeadTable.Read(Kit.DataPath("bert-base/heads.csv"));
/// var comparison = HeadComparison.Compute(bert, source.Extract(), new() { NameA = "BERT", NameB = model.Name, Draws = 19 });
/// Console.WriteLine(comparison.ToMarkdown());
/// </code></example>
public sealed class HeadComparison
{
    private HeadComparison(ComparisonOptions options, HeadTable a, HeadTable b, IReadOnlyList<string> features) =>
        (Options, A, B, Features) = (options, a, b, features);

    /// <summary>How they were compared; with the names.</summary>
    public ComparisonOptions Options { get; }

    /// <summary>The first model's heads.</summary>
    public HeadTable A { get; }

    /// <summary>The second model's heads.</summary>
    public HeadTable B { get; }

    /// <summary>The features that were compared.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>Which head is like which.</summary>
    public required HeadMatching Matching { get; init; }

    /// <summary>The first model's clusters.</summary>
    public required HeadClustering ClustersA { get; init; }

    /// <summary>The second model's clusters.</summary>
    public required HeadClustering ClustersB { get; init; }

    /// <summary>The first model's clusters in the second model.</summary>
    public required CentreTransfer OnB { get; init; }

    /// <summary>The second model's clusters in the first model.</summary>
    public required CentreTransfer OnA { get; init; }

    /// <summary>Whether heads of the same number are in the same clusters; <see langword="null"/> where the models have different
    /// heads.</summary>
    public required ClusterTransfer? SameHeads { get; init; }

    /// <summary>Heads by the name of their cluster (<see cref="ClusterNames"/>).</summary>
    public required IReadOnlyList<PatternCount> Names { get; init; }

    /// <summary>Heads by the thresholds of Clark et al. 2019 (<see cref="HeadPatterns.Clark"/>).</summary>
    public required IReadOnlyList<PatternCount> Patterns { get; init; }

    /// <summary>Each feature in both models.</summary>
    public required IReadOnlyList<FeatureAgreement> Agreements { get; init; }

    /// <summary>The maps themselves on the same texts; <see langword="null"/> where only tables were compared.</summary>
    public required MapCosines? Maps { get; init; }

    /// <summary>Whether the tables are of the same texts; <see langword="null"/> where that is not known.</summary>
    public bool? SameTexts => Options.SameTexts ?? (Maps is { TokensKnown: true } ? true
        : A.From?.TextsHash is { } a && B.From?.TextsHash is { } b ? a == b
        : A.Texts > 0 && B.Texts > 0 && A.Texts != B.Texts ? false : null);

    /// <summary>Compares two models; it takes seconds.</summary>
    /// <param name="a">The first model's heads.</param>
    /// <param name="b">The second model's heads.</param>
    /// <param name="options">How; by default on the features that heads are clustered on, with four clusters.</param>
    /// <param name="maps">The maps on the same texts, if they were compared.</param>
    /// <exception cref="InputException">A table lacks a feature, a feature has no spread, or a model has too few heads for the
    /// clusters.</exception>
    public static HeadComparison Compute(HeadTable a, HeadTable b, ComparisonOptions? options = null, MapCosines? maps = null)
    {
        options ??= new ComparisonOptions();
        options = options with
        {
            NameA = options.NameA.Length > 0 ? options.NameA : a.From?.Model ?? "A",
            NameB = options.NameB.Length > 0 ? options.NameB : b.From?.Model ?? "B",
        };
        var features = options.Features ?? CommonSpace.Shared(a, b);
        CommonSpace.RequireSpread(a, options.NameA, features);
        CommonSpace.RequireSpread(b, options.NameB, features);
        HeadClustering Clustered(HeadTable table) => table.Cluster(options.Clusters, features, seed: options.Seed);
        HeadClustering x = Clustered(a), y = Clustered(b);
        return new HeadComparison(options, a, b, features)
        {
            Matching = HeadMatching.Compute(a, b, features, options.EachByItself, options.Draws, options.Seed),
            ClustersA = x,
            ClustersB = y,
            OnB = CentreTransfer.Compute(x, y, options.EachByItself, seed: options.Seed),
            OnA = CentreTransfer.Compute(y, x, options.EachByItself, seed: options.Seed),
            SameHeads = a.Grid == b.Grid ? ClusterTransfer.Compute(x, y, draws: CentreTransfer.DefaultDraws, seed: options.Seed) : null,
            Names = PatternCount.Of((NamesOf(x), []), (NamesOf(y), [])),
            Patterns = PatternCount.Of(HeadPatterns.ClarkOverTexts(a, options.Seed),
                HeadPatterns.ClarkOverTexts(b, options.Seed)),
            Agreements = FeatureAgreement.Compute(a, b, features, options.Seed),
            Maps = maps,
        };
    }

    /// <summary>The comparison in words and tables.</summary>
    public string ToMarkdown() => HeadComparisonText.Of(this);

    /// <summary>
    /// Writes <c>layer_a,head_a,layer_b,head_b,distance,correlation,dealt_anew</c>, a row per matched pair; heads without a partner are in
    /// no row.
    /// </summary>
    /// <param name="file">The file; it holds all rows or is as it was. Where the tables come from goes beside it.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void WriteMatches(string file)
    {
        var text = new CsvText("layer_a", "head_a", "layer_b", "head_b", "distance", "correlation", "dealt_anew");
        foreach (var p in Matching.Pairs)
            text.Add(p.A.Layer, p.A.Index, p.B.Layer, p.B.Index, p.Distance, Number(p.Correlation), Number(p.DealtAnew));
        Write(text, file, ("scale", Options.EachByItself ? "each model by itself" : "both models together"));
    }

    /// <summary>
    /// Writes <c>feature,model,layer,depth,mean</c>, a row per feature, model and layer; the depth is that of the layer's middle, from
    /// 0 to 1.
    /// </summary>
    /// <param name="file">The file; it holds all rows or is as it was. Where the tables come from goes beside it.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void WriteProfiles(string file)
    {
        var text = new CsvText("feature", "model", "layer", "depth", "mean");
        foreach (var f in Agreements)
            foreach (var (model, grid, layers) in new[] { (Options.NameA, A.Grid, f.LayersA), (Options.NameB, B.Grid, f.LayersB) })
                for (int l = 0; l < layers.Length; l++)
                    text.Add(f.Feature, model, l, HeadMatching.DepthOf(new Head(l, 0), grid), layers[l]);
        Write(text, file);
    }

    /// <summary>
    /// Writes <c>layer,head,cosine,low,high,others,gain,gain_low,gain_high</c>, a row per head: how alike its maps are in both models.
    /// </summary>
    /// <param name="file">The file; it holds all rows or is as it was. Where the tables come from goes beside it.</param>
    /// <exception cref="InputException">
    /// The folder cannot be written to, or maps of the same heads on the same texts were not compared.
    /// </exception>
    public void WriteChanges(string file)
    {
        RequireMaps(file, Maps?.Grid, Maps?.Grid);
        var text = new CsvText("layer", "head", "cosine", "low", "high", "others", "gain", "gain_low", "gain_high");
        foreach (var c in Maps!.Changes)
            text.Add([c.Head.Layer, c.Head.Index, .. new[] { c.Cosine.Value, c.Cosine.Low, c.Cosine.High, c.Others, c.Gain.Value,
                c.Gain.Low, c.Gain.High }.Select(Number)]);
        Write(text, file);
    }

    /// <summary>Refuses a file that <see cref="WriteChanges"/> could not write, before anything is computed.</summary>
    /// <param name="file">What the error names.</param>
    /// <param name="a">The heads of the first model's maps; <see langword="null"/> where it has no maps.</param>
    /// <param name="b">The same of the second model.</param>
    /// <exception cref="InputException">One has no maps, or they have different heads.</exception>
    public static void RequireMaps(string file, HeadGrid? a, HeadGrid? b)
    {
        if (a is null || a != b)
            throw new InputException(file, null, "would hold how alike maps are, and no maps of the same heads were compared",
                "Give two models, or two files of maps, with the same layers and heads");
    }

    // Both tables stand behind these numbers; the model of the one is not the model of the other.
    private void Write(CsvText text, string file, params ReadOnlySpan<(string Name, string Value)> more)
    {
        text.Write(file);
        var options = new Dictionary<string, string>
        {
            ["a"] = Options.NameA,
            ["a_hash"] = A.From?.ModelHash ?? "",
            ["a_texts_hash"] = A.From?.TextsHash ?? "",
            ["b"] = Options.NameB,
            ["b_hash"] = B.From?.ModelHash ?? "",
            ["b_texts_hash"] = B.From?.TextsHash ?? "",
            ["features"] = string.Join(',', Features),
            ["seed"] = FormattableString.Invariant($"{Options.Seed}"),
        };
        foreach (var (name, value) in more) options[name] = value;
        new Provenance($"{Options.NameA}, {Options.NameB}", Texts: SameTexts == true ? A.Texts : 0, Version: Provenance.KitVersion)
        { Options = options }.Write(file);
    }

    private static object? Number(double value) => double.IsFinite(value) ? value : null;

    // A cluster's name without what distinguishes it from another of the same name.
    private static string[] NamesOf(HeadClustering clustering)
    {
        string[] names = [.. clustering.Clusters.Select(c => ClusterNames.Of([c.Means], clustering.AllFeatures)[0].Name)];
        return [.. clustering.Labels.Select(l => names[l])];
    }
}
