namespace AttentionNotebooks;

/// <summary>How much attention goes to a kind of token, beside what uniform attention would give it.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Share">Mean over texts (and heads) of the share of attention that goes there.</param>
/// <param name="Interval">95 % of it over texts.</param>
/// <param name="Uniform">The same for attention that is the same everywhere: the mean share of such tokens.</param>
/// <param name="Ratio">Share / uniform: 1 is no preference. NaN where no text has such tokens.</param>
/// <param name="RatioInterval">95 % of it over texts.</param>
public sealed record TypeShare(TokenType Type, double Share, Interval Interval, double Uniform, double Ratio, Interval RatioInterval);

/// <summary>The shares of one cluster's heads, averaged over the heads.</summary>
/// <param name="Shares">A share per kind, in the order of the kinds.</param>
public sealed record ClusterShares(HeadCluster Cluster, IReadOnlyList<TypeShare> Shares);

/// <summary>
/// Where every head's attention goes, by kind of token: Σ_i Σ_j∈kind A_ij / n per text, beside the uniform head's share. A head with
/// 30 % on nouns has no liking for nouns where 30 % of the tokens are nouns. Texts × kinds × heads in float64 are kept for intervals.
/// </summary>
public sealed class TokenTypeShares
{
    private readonly double[][] _uniform; // [type][text]

    private TokenTypeShares(IReadOnlyList<TokenType> types, TextValues values) =>
        (Types, Values, _uniform) = (types, values, [.. types.Select(t => values.Texts.Select(t.Uniform).ToArray())]);

    /// <summary>The kinds.</summary>
    public IReadOnlyList<TokenType> Types { get; }

    /// <summary>The shares of every text and head; <see cref="TextValues.ToTable"/> gives the table of means.</summary>
    public TextValues Values { get; }

    /// <summary>Goes through a source.</summary>
    /// <param name="source">A live model or an archive of maps.</param>
    /// <param name="types">The kinds; their names differ.</param>
    /// <param name="progress">Reports after each batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">Texts lack what a kind asks about, there is no kind, or two have the same name.</exception>
    public static TokenTypeShares Measure(IAttentionSource source, IReadOnlyList<TokenType> types,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (types.Count == 0) throw new InputException("the list of kinds of tokens", null, "is empty", "Give at least one");
        if (types.GroupBy(t => t.Feature.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputException($"kind \"{twice.First().Name}\"", null, "is given twice", "Give every kind once");
        var recorder = new FeatureRecorder(source, [.. types.Select(t => t.Feature)]);
        source.Visit(recorder, progress: progress, cancellation: cancellation);
        return new TokenTypeShares(types, recorder.Values);
    }

    /// <summary>Every head's share of a kind, in the grid's order.</summary>
    /// <param name="type">The kind's name.</param>
    /// <exception cref="InputException">There is no such kind.</exception>
    public double[] ByHead(string type)
    {
        int at = At(type);
        return [.. Enumerable.Range(0, Values.Grid.Count).Select(h => PerText(at, [h]).Average())];
    }

    /// <summary>Every head's share of a kind over the uniform head's, in the grid's order; NaN where no text has such tokens.</summary>
    /// <param name="type">The kind's name.</param>
    /// <exception cref="InputException">There is no such kind.</exception>
    public double[] RatioByHead(string type)
    {
        double uniform = _uniform[At(type)].Average();
        return [.. ByHead(type).Select(s => uniform > 0 ? s / uniform : double.NaN)];
    }

    /// <summary>One head's shares.</summary>
    /// <param name="draws">Draws of texts for the intervals.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">The model has no such head.</exception>
    public IReadOnlyList<TypeShare> Of(Head head, int draws = Bootstrap.DefaultDraws, int seed = 0) => Of([head], draws, seed);

    /// <summary>The shares of some heads, averaged over the heads.</summary>
    /// <param name="heads">The heads, at least one.</param>
    /// <param name="draws">Draws of texts for the intervals.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">The model has no such head, or none is given.</exception>
    public IReadOnlyList<TypeShare> Of(IReadOnlyList<Head> heads, int draws = Bootstrap.DefaultDraws, int seed = 0)
    {
        if (heads.Count == 0) throw new InputException("the list of heads", null, "is empty", "Give at least one");
        int[] positions = [.. heads.Select(Values.Grid.PositionOf)];
        double[] ones = [.. Values.Texts.Select(_ => 1.0)];
        return [.. Types.Select((type, i) =>
        {
            double[] shares = PerText(i, positions);
            double share = shares.Average(), uniform = _uniform[i].Average();
            return new TypeShare(type, share, Bootstrap.Ratio(shares, ones, draws, seed: seed), uniform, uniform > 0 ? share / uniform
                : double.NaN, Bootstrap.Ratio(shares, _uniform[i], draws, seed: seed));
        })];
    }

    /// <summary>The shares of every cluster.</summary>
    /// <param name="clustering">Clusters of the same heads.</param>
    /// <param name="draws">Draws of texts for the intervals; the heads of a cluster are what they are.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">The clusters are of another model.</exception>
    public IReadOnlyList<ClusterShares> ByCluster(HeadClustering clustering, int draws = Bootstrap.DefaultDraws, int seed = 0) =>
        clustering.Grid == Values.Grid
        ? [.. clustering.Clusters.Select(c => new ClusterShares(c, Of(c.Heads, draws, seed)))]
        : throw new InputException("the clusters", null, $"are of {clustering.Grid} heads, the attention of {Values.Grid}",
            "Cluster the heads of the same model");

    private double[] PerText(int type, int[] heads) => [.. Enumerable.Range(0, Values.Texts.Count).Select(t =>
    {
        var row = Values.Row(t, Types[type].Feature.Name);
        double sum = 0;
        foreach (int h in heads) sum += row[h];
        return sum / heads.Length;
    })];

    private int At(string type) => Enumerable.Range(0, Types.Count).FirstOrDefault(i => Types[i].Name == type, -1) is >= 0 and var at ? at
        : throw Spelling.Unknown("kind of token", type, [.. Types.Select(t => t.Name)]);
}
