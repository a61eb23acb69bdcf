namespace AttentionNotebooks;

/// <summary>Two heads of two models that the best assignment puts together.</summary>
/// <param name="A">The head of the first model.</param>
/// <param name="B">The head of the second model.</param>
/// <param name="Distance">The root mean square over features of how far they are apart, in standard deviations.</param>
/// <param name="Correlation">Pearson's correlation of their features; NaN with fewer than three features.</param>
/// <param name="DealtAnew">The distance of the head's match when the second model's features are dealt anew, the mean over draws.</param>
public sealed record HeadMatch(Head A, Head B, double Distance, double Correlation, double DealtAnew);

/// <summary>
/// Which head of one model is like which head of another: the assignment with the least sum of distances (Kuhn 1955; Jonker and
/// Volgenant 1987), over standardised features. Each head has one partner at most; where one model has fewer heads, some heads of the
/// other have none. A small distance is no evidence of kinship: heads of small models with random weights match nearer than
/// <see cref="DealtAnew"/> and at like depths too. Only heads of the same number that match are evidence
/// (<see cref="SameNumberPValue"/>), where the models have the same heads.
/// </summary>
/// <example><code>
/// var bert = HeadTable.Read(Kit.DataPath("bert-base/heads.csv"));
/// var matching = HeadMatching.Compute(bert, source.Extract(), draws: 19);
/// $"{matching.Pairs.MinBy(p => p.Distance)}"
/// </code></example>
/// <param name="Pairs">The pairs, in the first model's order.</param>
/// <param name="AloneA">Heads of the first model without a partner.</param>
/// <param name="AloneB">Heads of the second model without a partner.</param>
/// <param name="Distance">The mean distance of the pairs, with its 95 % interval over pairs.</param>
/// <param name="DealtAnew">The same when every feature of the second model is dealt anew among the heads of each layer: the mean over
/// draws, and where 95 % of the draws lie. Not a test: features depend on each other in every model, such as entropy and the largest
/// weight, and dealing each by itself destroys that too.</param>
/// <param name="AnyPair">The mean distance of any head of one model to any head of the other.</param>
/// <param name="Correlation">The mean correlation of the pairs, with its interval over pairs.</param>
/// <param name="SameNumber">How many pairs have the same number in both models; NaN where the models have different heads.</param>
/// <param name="SameNumberByChance">The mean of the same when the second model's heads are dealt anew within their layers.</param>
/// <param name="SameNumberPValue">Share of these draws with as many.</param>
/// <param name="Depth">Spearman's correlation of the depths of the two heads of a pair, with its interval over pairs; NaN for models
/// of one layer.</param>
/// <param name="DepthPValue">Share of shufflings of the partners with a correlation as large in size.</param>
public sealed record HeadMatching(IReadOnlyList<HeadMatch> Pairs, IReadOnlyList<Head> AloneA, IReadOnlyList<Head> AloneB,
    Interval Distance, Interval DealtAnew, double AnyPair, Interval Correlation, double SameNumber,
    double SameNumberByChance, double SameNumberPValue, Interval Depth, double DepthPValue)
{
    /// <summary>Draws of features dealt anew by default.</summary>
    public const int DefaultDraws = 199;

    private const int FewestForCorrelation = 3, Shuffles = 999;

    /// <summary>Matches the heads of two models.</summary>
    /// <param name="a">The first model's heads.</param>
    /// <param name="b">The second model's heads; there may be more or fewer.</param>
    /// <param name="features">The columns to match on; those that both have and that heads are clustered on when omitted.</param>
    /// <param name="eachByItself">Whether each model is standardised by its own mean and spread: for models on different
    /// texts.</param>
    /// <param name="draws">How often features are dealt anew.</param>
    /// <param name="seed">Decides all draws.</param>
    /// <exception cref="InputException">A table lacks a feature, or a feature cannot be scaled.</exception>
    public static HeadMatching Compute(HeadTable a, HeadTable b, IReadOnlyList<string>? features = null, bool eachByItself = false,
        int draws = DefaultDraws, int seed = 0)
    {
        var space = CommonSpace.Of(a, b, features ?? CommonSpace.Shared(a, b), eachByItself);
        var distances = CommonSpace.Distances(space.A, space.B);
        int[] partner = Assignment.LeastOfAny(distances);
        var random = new Random(seed);
        int[] seeds = [.. Enumerable.Range(0, draws).Select(_ => random.Next())];
        double[][] dealt = Runs.Of(draws, d =>
        {
            var under = CommonSpace.Distances(space.A, Dealt(space.B, b.Grid, new Random(seeds[d])));
            return Assignment.LeastOfAny(under).Select((c, i) => c < 0 ? double.NaN : under[i, c]).ToArray();
        });
        double[] means = [.. dealt.Select(d => d.Where(double.IsFinite).Average())];
        HeadMatch[] pairs = [.. Enumerable.Range(0, partner.Length).Where(i => partner[i] >= 0).Select(i => new HeadMatch(a.Grid[i],
            b.Grid[partner[i]], distances[i, partner[i]],
            space.A[i].Length < FewestForCorrelation ? double.NaN : RankCorrelation.Pearson(space.A[i], space.B[partner[i]]),
            dealt.Select(d => d[i]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average()))];
        var mean = Bootstrap.Mean([.. pairs.Select(p => p.Distance)], seed: seed);
        double[] correlations = [.. pairs.Select(p => p.Correlation).Where(double.IsFinite)];
        var (same, byChance, samePValue) = a.Grid == b.Grid ? SameNumbers(a.Grid, partner, random)
            : (double.NaN, double.NaN, double.NaN);
        var (depth, depthPValue) = Depths(a.Grid, b.Grid, pairs, random, seed);
        return new HeadMatching(pairs, [.. a.Grid.All().Where((_, i) => partner[i] < 0)],
            [.. b.Grid.All().Where((_, i) => !partner.Contains(i))], mean,
            Interval.OfDraws(means.DefaultIfEmpty(double.NaN).Average(), means),
            distances.Cast<double>().Average(), Bootstrap.Mean(correlations, seed: seed), same, byChance, samePValue, depth, depthPValue);
    }

    /// <summary>Every feature dealt anew among the heads of each layer.</summary>
    internal static double[][] Dealt(double[][] points, HeadGrid grid, Random random)
    {
        double[][] dealt = [.. points.Select(p => (double[])p.Clone())];
        int[] order = [.. Enumerable.Range(0, grid.Heads)];
        for (int layer = 0; layer < grid.Layers; layer++)
            for (int f = 0; f < points[0].Length; f++)
            {
                random.Shuffle(order);
                for (int h = 0; h < grid.Heads; h++) dealt[layer * grid.Heads + h][f] = points[layer * grid.Heads + order[h]][f];
            }
        return dealt;
    }

    /// <summary>How deep a head lies: 0 is the bottom of the first layer, 1 the top of the last.</summary>
    internal static double DepthOf(Head head, HeadGrid grid) => LayerProfile.DepthOf(head.Layer, grid.Layers);

    // The best assignment moves with the heads, so it need not be computed anew.
    private static (double, double, double) SameNumbers(HeadGrid grid, int[] partner, Random random)
    {
        double same = partner.Where((p, i) => p == i).Count();
        var chance = new double[Shuffles];
        for (int s = 0; s < Shuffles; s++)
        {
            int[] order = Permutation.WithinLayers(grid, random);
            chance[s] = partner.Where((p, i) => order[p] == i).Count();
        }
        return (same, chance.Average(), Permutation.PValue(same, chance));
    }

    private static (Interval, double) Depths(HeadGrid a, HeadGrid b, HeadMatch[] pairs, Random random, int seed)
    {
        double[] first = [.. pairs.Select(p => DepthOf(p.A, a))], second = [.. pairs.Select(p => DepthOf(p.B, b))];
        var depth = Bootstrap.Run(pairs.Length,
            d => RankCorrelation.Spearman([.. d.Select(i => first[i])], [.. d.Select(i => second[i])]), seed: seed);
        double[] shuffled = [.. second];
        var chance = new double[Shuffles];
        for (int s = 0; s < Shuffles; s++)
        {
            random.Shuffle(shuffled);
            chance[s] = Math.Abs(RankCorrelation.Spearman(first, shuffled));
        }
        return (depth, Permutation.PValue(Math.Abs(depth.Value), chance));
    }
}
