namespace AttentionNotebooks.Cli.Options;

/// <summary>One of two models that are compared: a table of its heads, or a source of attention to compute one of.</summary>
internal sealed class ComparedSide : IDisposable
{
    // Texts whose values are kept one by one, for intervals over them: some 100 MB for 144 heads.
    private const int MostKept = 5000;

    private readonly Checkpoint? _model;
    private readonly HeadTable? _table;

    private ComparedSide(string name, HeadTable? table, IAttentionSource? source, Checkpoint? model) =>
        (Name, _table, Source, _model) = (name, table, source, model);

    /// <summary>What it is called: the model that a table names, else the file or folder.</summary>
    public string Name { get; }

    /// <summary>Where its maps come from, unless there is only a table.</summary>
    public IAttentionSource? Source { get; }

    /// <summary>Whether the tokens of all its texts are known.</summary>
    public bool TokensKnown => Source?.Texts.All(t => t.Tokens is not null) == true;

    /// <summary>Whether it is a model that reads texts.</summary>
    public bool IsModel => _model is not null;

    /// <summary>The columns of its table; <see langword="null"/> where any feature can be computed.</summary>
    public IReadOnlyList<string>? Columns => _table?.Features;

    /// <summary>Opens both sides by what their paths name.</summary>
    /// <exception cref="InputException">One is no model, table or archive, or a model has no texts.</exception>
    public static (ComparedSide A, ComparedSide B) Open(string a, string b, ComparisonTexts texts)
    {
        var first = One(a, NameOf(a), texts);
        try
        {
            var second = One(b, NameOf(b), texts);
            return first.Name != second.Name ? (first, second) : (first.Renamed(a), second.Renamed(b));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    // Two of one name are called by their folders too; what has the same path or model is told apart by its letter.
    private ComparedSide Renamed(string path) =>
        new(NameOf(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "") + "/" + NameOf(path), _table, Source, _model);

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));

    private static ComparedSide One(string path, string name, ComparisonTexts texts)
    {
        string ending = Path.GetExtension(path).ToLowerInvariant();
        if (Directory.Exists(path) || ending is not (".csv" or ".parquet" or ".npz")) return OfModel(path, texts);
        if (ending == ".npz")
        {
            switch (NpzShape.Of(path).Count)
            {
                case 4:
                    string tokens = MapWriter.TokensFileOf(path);
                    var archive = MapArchive.Open(path, File.Exists(tokens) ? tokens : null);
                    int[] all = [.. Enumerable.Range(0, archive.Texts.Count)];
                    return new ComparedSide(name, null, texts.Limit < all.Length ? archive.Only(all.Evenly(texts.Limit)) : archive, null);
                case 3: return OfTable(TextValues.Read(path).ToTable(), name);
            }
        }
        return OfTable(HeadTable.Read(path), name);
    }

    /// <summary>
    /// The features that a list of features and families names. A family, or all of them, gives what both sides can give of it; a
    /// feature that is named itself must be in both.
    /// </summary>
    /// <param name="wanted">The list.</param>
    /// <param name="a">One side.</param>
    /// <param name="b">The other.</param>
    /// <exception cref="InputException">There is no such feature, a side cannot give it, or nothing of the list is in both.</exception>
    public static IReadOnlyList<string> FeaturesNamed(string[] wanted, ComparedSide a, ComparedSide b)
    {
        if (wanted.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputException($"feature \"{twice.Key}\"", null, "is named twice", "Name each feature once");
        var catalogue = a.Source is { } x ? FeatureCatalogue.For(x) : b.Source is { } y ? FeatureCatalogue.For(y)
            : new FeatureCatalogue(TokenCounts.Of([]));
        string[] ofA = a.Possible(), both = [.. ofA.Intersect(b.Possible())];
        List<string> named = [], single = [];
        foreach (string name in wanted)
        {
            var family = catalogue.Families.FirstOrDefault(f => f.Name == name);
            if (!both.Contains(name) && name == FeatureCatalogue.Everything) named.AddRange(both);
            else if (!both.Contains(name) && family is not null) named.AddRange(family.Features.Select(f => f.Name).Where(both.Contains));
            else (named, single) = ([.. named, name], [.. single, name]);
        }
        a.Require(single);
        b.Require(single);
        return named.Count > 0 ? [.. named.Distinct()] : throw new InputException($"features \"{string.Join(',', wanted)}\"", null,
            "are not in both of the two that are compared", "Name features that both have, or leave --features out");
    }

    // What cannot be given ends in the error of the table or of the catalogue, which names it.
    private void Require(IReadOnlyList<string> features)
    {
        if (features.Count == 0) return;
        if (_table is not null) _table.Select(features);
        else FeatureCatalogue.For(Source!).Parse(string.Join(',', features), Source!);
    }

    private string[] Possible() => _table is not null ? [.. _table.Features]
        : [.. FeatureCatalogue.For(Source!).Possible(Source!).Select(f => f.Name)];

    /// <summary>The table of its heads. Of a source, the standard features are always in it: clusters are named by them.</summary>
    /// <param name="features">The features that are compared; the columns of the other side, or the standard ones, when omitted.</param>
    /// <param name="others">The columns of the other side's table, if it has one.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">This side cannot give a feature, or maps are broken.</exception>
    public HeadTable Table(IReadOnlyList<string>? features, IReadOnlyList<string>? others, IProgress<VisitProgress> progress,
        CancellationToken cancellation)
    {
        if (_table is not null) return _table;
        var catalogue = FeatureCatalogue.For(Source!);
        var possible = catalogue.Possible(Source!).Select(f => f.Name);
        string[] names = [.. StandardFeatures.All.Select(f => f.Name).Concat(features ?? [.. (others ?? []).Where(possible.Contains)])
            .Distinct()];
        var chosen = catalogue.Parse(string.Join(',', names), Source!);
        return Source!.Texts.Count > MostKept ? Source.Extract(chosen, progress: progress, cancellation: cancellation)
            : Source.Record(chosen, progress: progress, cancellation: cancellation).ToTable();
    }

    public void Dispose() => _model?.Dispose();

    private static ComparedSide OfTable(HeadTable table, string name) => new(table.From?.Model ?? name, table, null, null);

    private static ComparedSide OfModel(string folder, ComparisonTexts texts)
    {
        var model = Checkpoint.Load(folder);
        try
        {
            int longest = Math.Min(texts.MaxLength ?? int.MaxValue, model.Tokenizer.MaxLength);
            var source = texts.Treebank is { } treebank
                ? LiveAttention.OfTreebank(model, ConllU.Read(treebank).ToArray().Evenly(texts.Limit), longest)
                : new LiveAttention(model, [.. TextFile.Texts(texts.Text ?? throw new InputException(folder, null, "is a model, and there "
                    + "are no texts for it", "Give --text or --conllu")).Evenly(texts.Limit)
                    .Select(line => model.Tokenizer.EncodeLine(line, longest))]);
            return new ComparedSide(model.Name, null, source, model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
