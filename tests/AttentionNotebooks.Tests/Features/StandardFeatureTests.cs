namespace AttentionNotebooks.Tests.Features;

/// <summary>Each feature: a value checked by hand, exact values from mathematics, and the slow form on random maps.</summary>
public class StandardFeatureTests
{
    public static TheoryData<string> Names => [.. StandardFeatures.All.Select(f => f.Name)];

    [Theory]
    // Three tokens: row 0 looks half at itself and half at 2, row 1 at 0, row 2 at 1.
    [InlineData("mean_distance", (0.5 * 0 + 0.5 * 2 + 1 + 1) / 3)]
    [InlineData("mean_offset", (0.5 * 2 - 1 - 1) / 3)]
    [InlineData("distance_std", 1.0 / 3)]                       // row 0: 0 or 2, each half: deviation 1
    [InlineData("local_2", 1)]
    [InlineData("entropy", 0.6931471805599453 / 3)]             // row 0: ln 2
    [InlineData("globalness", 0.6931471805599453 / 3)]
    [InlineData("max_weight", (0.5 + 1 + 1) / 3)]
    [InlineData("self", 0.5 / 3)]
    [InlineData("previous", 2.0 / 3)]
    [InlineData("next", 0)]
    [InlineData("cls", 1.5 / 3)]                                // column 0
    [InlineData("sep", 0.5 / 3)]                                // column 2
    [InlineData("verticality", -1.0114042647073518)]            // columns 1/2, 1/3, 1/6
    [InlineData("diagonality", -3.0 / 9)]
    public void By_hand(string feature, double expected) =>
        Assert.Equal(expected, Value(feature, new double[,] { { 0.5, 0, 0.5 }, { 1, 0, 0 }, { 0, 1, 0 } }), 1e-6);

    [Theory]
    [InlineData(2), InlineData(7), InlineData(128)]
    public void The_uniform_map(int n)
    {
        var a = Maps.Uniform(n);
        Assert.Equal((n * n - 1) / (3.0 * n), Value("mean_distance", a), 1e-5 * n);
        Assert.Equal(0, Value("mean_offset", a), 1e-5 * n);
        Assert.Equal(Math.Sqrt((n * n - 1) / 12.0), Value("distance_std", a), 1e-5 * n);
        Assert.Equal(Math.Log(n), Value("entropy", a), 1e-5);
        Assert.Equal(-Math.Log(n), Value("verticality", a), 1e-5);
        Assert.Equal(-(n * n - 1) / (3.0 * n * n), Value("diagonality", a), 1e-5);
        Assert.Equal(1.0 / n, Value("max_weight", a), 1e-6);
        Assert.Equal(1.0 / n, Value("self", a), 1e-6);
        Assert.Equal((n - 1.0) / (n * n), Value("previous", a), 1e-6);
        Assert.Equal((n - 1.0) / (n * n), Value("next", a), 1e-6);
    }

    [Fact]
    public void The_identity()
    {
        var a = Maps.Identity(9);
        foreach (string zero in new[] { "mean_distance", "mean_offset", "distance_std", "entropy", "diagonality", "previous", "next" })
            Assert.Equal(0, Value(zero, a), 1e-6);
        foreach (string one in new[] { "self", "local_2", "max_weight" }) Assert.Equal(1, Value(one, a), 1e-6);
        Assert.Equal(-Math.Log(9), Value("verticality", a), 1e-6);
    }

    [Fact]
    public void The_previous_token()
    {
        var a = Maps.Previous(8);
        Assert.Equal(7 / 8.0, Value("mean_distance", a), 1e-6);
        Assert.Equal(-7 / 8.0, Value("mean_offset", a), 1e-6);
        Assert.Equal(7 / 8.0, Value("previous", a), 1e-6);
        Assert.Equal(0, Value("entropy", a), 1e-6);
    }

    [Fact]
    public void All_mass_on_one_column()
    {
        Assert.Equal(0, Value("verticality", Maps.Column(6, 5)), 1e-6);
        Assert.Equal(0, Value("globalness", Maps.Column(6, 5)), 1e-6);
        Assert.Equal(1, Value("sep", Maps.Column(6, 5)), 1e-6);
        Assert.Equal(1, Value("cls", Maps.Column(6, 0)), 1e-6);
    }

    [Fact]
    public void In_a_pair_every_separator_counts() =>
        Assert.Equal(1, Value("sep", Maps.Of(5, (i, j) => j is 2 or 4 ? 0.5 : 0), "[CLS]", "a", "[SEP]", "b", "[SEP]"), 1e-6);

    [Fact]
    public void A_sharp_head_that_looks_far_has_no_spread() => // E[j²] − E[j]² in float32 would give about 0.2
        Assert.Equal(0, Value("distance_std", Maps.Column(512, 511)), 1e-4);

    [Theory, MemberData(nameof(Names))]
    public void Agrees_with_plain_loops_on_padded_batches_of_random_maps(string feature)
    {
        var grid = new HeadGrid(2, 3);
        int[] lengths = [3, 11, 5, 2, 24, 7];
        var texts = lengths.Select((n, i) => new AttentionText($"{i}", n, ["[CLS]", .. Enumerable.Repeat("x", n - 2), "[SEP]"])).ToArray();
        var source = new MapsInMemory(grid, texts, (t, h) => Maps.Random(lengths[t], 100 * t + 10 * h.Layer + h.Index));
        var table = source.Extract([StandardFeatures.Get(feature)]);
        foreach (var head in grid.All())
        {
            double[] slow = [.. texts.Select((t, i) => SlowFeatures.Of(feature, source[i, head], t)).Where(v => !double.IsNaN(v))];
            Assert.Equal(slow.Average(), table[head, feature], 1e-5);
            Assert.Equal(Math.Sqrt(slow.Average(v => v * v) - slow.Average() * slow.Average()),
                table.Column(feature).Spread![grid.PositionOf(head)], 1e-4);
        }
    }

    [Fact]
    public void Every_feature_tells_its_unit_definition_and_source() => Assert.All(StandardFeatures.All, f =>
    {
        Assert.NotEmpty(f.Unit);
        Assert.NotEmpty(f.Definition);
        Assert.NotEmpty(f.Source);
    });

    private static double Value(string feature, double[,] map, params string[] tokens) =>
        MapsInMemory.Single(map, tokens).Extract([StandardFeatures.Get(feature)])[0, 0, feature];
}
