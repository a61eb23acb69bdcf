namespace AttentionNotebooks.Tests.Features;

/// <summary>How long a text must be for a feature to say anything: one token shorter, maps of all shapes have one value; at that length
/// they do not.</summary>
public class LeastTokensTests
{
    private const double Same = 1e-5, Different = 1e-3;

    // What depends on more than positions: on the tokens themselves, on pairs, on what heads hand over, on many texts together.
    private static readonly HeadFeature[] Features =
        [.. new FeatureCatalogue(TokenCounts.Of([])).All.Where(f => f.Needs == FeatureNeeds.None && f.Statistic is null
            && f.Name is not ("block" or "maps_block")), DistanceFeatures.Within(7), DistanceFeatures.Beyond(3),
            DistanceFeatures.Quantile(25)];

    public static TheoryData<string> Names { get; } = [.. Features.Select(f => f.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Below_it_maps_have_one_value_and_at_it_they_have_several(string name)
    {
        var feature = Features.Single(f => f.Name == name);
        for (int n = Math.Max(1, feature.LeastTokens - 2); n < feature.LeastTokens; n++) Assert.InRange(Spread(feature, n), 0, Same);
        Assert.True(Spread(feature, feature.LeastTokens) > Different, $"{Spread(feature, feature.LeastTokens)}");
    }

    [Fact]
    public void Every_feature_of_positions_needs_two_tokens_at_least() => Assert.All(Features, f => Assert.InRange(f.LeastTokens, 2, 66));

    private static double Spread(HeadFeature feature, int n)
    {
        double[][,] maps =
        [
            Maps.Random(n, 1), Maps.Random(n, 2), Maps.Random(n, 3), Maps.Uniform(n), Maps.Identity(n), Maps.Previous(n), Maps.Column(n, 0),
                Maps.Column(n, n - 1), Maps.Column(n, n / 2),
            Maps.Of(n, (i, j) => j == (i < n / 2 ? n - 1 : 0) ? 1 : 0), Crossed(n),
            // Of all words only the first looks at a word, and at the last one.
            Maps.Of(n, (i, j) => j == (i == 1 ? Math.Max(0, n - 2) : 0) ? 1 : 0),
        ];
        var values = new MapsInMemory(new HeadGrid(1, 1), [.. maps.Select((_, i) => new AttentionText($"{i}", n, null))], (t, _) => maps[t])
            .Record([feature]);
        double[] all = [.. Enumerable.Range(0, maps.Length).Select(t => values[t, new Head(0, 0), feature.Name])
            .Where(v => !double.IsNaN(v)).DefaultIfEmpty()];
        return all.Max() - all.Min();
    }

    // The ends look at the far word, the words at the first token for the most part: neither vertical nor diagonal.
    private static double[,] Crossed(int n) => Maps.Of(n, (i, j) =>
        i == 0 ? (j == Math.Max(0, n - 2) ? 1 : 0) : i == n - 1 ? (j == Math.Min(1, n - 1) ? 1 : 0) : j == 0 ? 0.9 : j == i ? 0.1 : 0);
}
