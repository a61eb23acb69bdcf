namespace AttentionNotebooks;

/// <summary>One feature in two models: layer by layer, and head by head where the models have the same heads.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Unit">Its unit in the first model's table; empty where it is not known.</param>
/// <param name="LayersA">Its mean in each layer of the first model.</param>
/// <param name="LayersB">Its mean in each layer of the second model.</param>
/// <param name="TopA">The first model's head that has most of it, and how much.</param>
/// <param name="TopB">The same of the second model.</param>
/// <param name="Profile">Spearman's correlation of the two layer profiles at the same depths, with its 95 % interval over heads drawn
/// in each layer, those of the same numbers in both models where they have the same heads. Drawing adds noise to both profiles, so that
/// the interval lies rather low. It is no test: neighbouring layers are alike, so that profiles of unrelated models can be alike or
/// opposite too. NaN for fewer than three depths.</param>
/// <param name="Heads">Pearson's correlation over heads of the same number, with its interval over heads; NaN where the models have
/// different heads.</param>
/// <param name="ByLayer">The control: the mean correlation when the second model's heads are shuffled within their layers, which depth
/// alone gives.</param>
/// <param name="HeadsPValue">Share of these shufflings with a correlation as large: whether numbers mean the same in both.</param>
/// <param name="HeadsHolm">The same, corrected by Holm for all features.</param>
public sealed record FeatureAgreement(string Feature, string Unit, double[] LayersA, double[] LayersB, (Head Head, double Value) TopA,
    (Head Head, double Value) TopB, Interval Profile, Interval Heads, double ByLayer, double HeadsPValue, double HeadsHolm)
{
    /// <summary>Its name, with its unit in brackets where that is known.</summary>
    public string Label => Unit.Length == 0 ? Feature : $"{Feature} ({Unit})";

    /// <summary>Whether the first model's middle layers have more or less of it: <see cref="LayerProfile.MiddleContrast"/>, with its 95 %
    /// interval over heads drawn in each layer; NaN for fewer than three layers.</summary>
    public Interval MiddleA { get; private init; }

    /// <summary>The same of the second model.</summary>
    public Interval MiddleB { get; private init; }

    // So many shufflings per feature that Holm's correction can go down to a hundredth.
    private const int ShufflesPerFeature = 100, Least = 999, FewestDepths = 3;

    /// <summary>Compares each feature of two models.</summary>
    /// <param name="a">The first model's heads.</param>
    /// <param name="b">The second model's heads; there may be more or fewer.</param>
    /// <param name="features">The columns to compare; those that both have and that heads are clustered on when omitted.</param>
    /// <param name="seed">Decides draws and shufflings.</param>
    /// <returns>In the order of the features.</returns>
    /// <exception cref="InputException">A table lacks a feature.</exception>
    public static IReadOnlyList<FeatureAgreement> Compute(HeadTable a, HeadTable b, IReadOnlyList<string>? features = null, int seed = 0)
    {
        features ??= CommonSpace.Shared(a, b);
        int shuffles = ShufflesFor(features.Count);
        FeatureAgreement[] found = Runs.Of(features.Count, f => Of(a, b, features[f], shuffles, seed));
        double[] heads = MultipleTesting.Holm([.. found.Select(f => f.HeadsPValue)]);
        return [.. found.Select((f, i) => f with { HeadsHolm = heads[i] })];
    }

    /// <summary>A layer profile at fewer depths: each is the mean of the layers that lie there, by how much of them does.</summary>
    /// <param name="layers">A value per layer.</param>
    /// <param name="depths">How many depths, equally wide.</param>
    public static double[] AtDepths(IReadOnlyList<double> layers, int depths)
    {
        float[] shares = MeanMaps.Shares(layers.Count, depths, perBin: true);
        return [.. Enumerable.Range(0, depths).Select(d => layers.Select((v, l) => v * shares[d * layers.Count + l]).Sum())];
    }

    /// <summary>How many shufflings so many features take.</summary>
    internal static int ShufflesFor(int features) => Math.Max(Least, ShufflesPerFeature * features - 1);

    private static FeatureAgreement Of(HeadTable a, HeadTable b, string feature, int shuffles, int seed)
    {
        HeadColumn x = a.Column(feature), y = b.Column(feature);
        int depths = Math.Min(a.Grid.Layers, b.Grid.Layers);
        var nothing = new Interval(double.NaN, double.NaN, double.NaN);
        var profile = depths < FewestDepths ? nothing : Profiles(a.Grid, b.Grid, x, y, depths, seed);
        var (heads, byLayer, headsP) = a.Grid != b.Grid ? (nothing, double.NaN, double.NaN) : HeadByHead(a.Grid, x, y, shuffles, seed);
        return new FeatureAgreement(feature, x.Unit, Layers(a.Grid, x, All(a.Grid)), Layers(b.Grid, y, All(b.Grid)),
            a.Highest(feature, 1)[0], b.Highest(feature, 1)[0], profile, heads, byLayer, headsP, double.NaN)
        { MiddleA = Middle(a.Grid, x, seed), MiddleB = Middle(b.Grid, y, seed) };
    }

    private static Interval Middle(HeadGrid grid, double[] values, int seed)
    {
        double Of(int[] heads) => LayerProfile.MiddleContrast(Layers(grid, values, heads));
        var random = new Random(seed);
        return Interval.OfDraws(Of(All(grid)), Enumerable.Range(0, Bootstrap.DefaultDraws).Select(_ => Of(Drawn(grid, random))));
    }

    private static Interval Profiles(HeadGrid a, HeadGrid b, double[] x, double[] y, int depths, int seed)
    {
        double[] first = AtDepths(Layers(a, x, All(a)), depths), second = AtDepths(Layers(b, y, All(b)), depths);
        double value = RankCorrelation.Spearman(first, second);
        var random = new Random(seed);
        var draws = Enumerable.Range(0, Bootstrap.DefaultDraws).Select(_ =>
        {
            int[] ofA = Drawn(a, random), ofB = a == b ? ofA : Drawn(b, random);
            return RankCorrelation.Spearman(AtDepths(Layers(a, x, ofA), depths), AtDepths(Layers(b, y, ofB), depths));
        }).ToArray();
        return Interval.OfDraws(value, draws);
    }

    private static (Interval, double, double) HeadByHead(HeadGrid grid, double[] x, double[] y, int shuffles, int seed)
    {
        var heads = Bootstrap.Run(grid.Count,
            d => RankCorrelation.Pearson([.. d.Select(i => x[i])], [.. d.Select(i => y[i])]), seed: seed);
        var random = new Random(seed);
        var chance = new double[shuffles];
        for (int s = 0; s < shuffles; s++)
            chance[s] = RankCorrelation.Pearson(x, [.. Permutation.WithinLayers(grid, random).Select(i => y[i])]);
        return (heads, chance.Average(), Permutation.PValue(heads.Value, chance));
    }

    // Means over the heads that are named per layer, one of which may be named repeatedly.
    private static double[] Layers(HeadGrid grid, double[] values, int[] heads) => [.. Enumerable.Range(0, grid.Layers)
        .Select(l => heads.AsSpan(l * grid.Heads, grid.Heads).ToArray().Average(h => values[h]))];

    private static int[] All(HeadGrid grid) => [.. Enumerable.Range(0, grid.Count)];

    private static int[] Drawn(HeadGrid grid, Random random) =>
        [.. Enumerable.Range(0, grid.Count).Select(i => i / grid.Heads * grid.Heads + random.Next(grid.Heads))];
}
