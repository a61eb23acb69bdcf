using TorchSharp;

namespace AttentionNotebooks.Tests.Features;

/// <summary>Distances between heads: exact values, plain loops, and what must not change them.</summary>
public class HeadDistanceTests
{
    private static readonly HeadGrid Grid = new(2, 2);

    public static TheoryData<string> Names => [.. HeadDistance.All.Select(d => d.Name)];

    [Theory]
    [InlineData("js", 0.6931471805599453)]   // disjoint: ln 2
    [InlineData("hellinger", 1)]
    [InlineData("cosine", 1)]
    [InlineData("correlation", 1.25)]        // two different one-hot rows of 5: correlation −1/4
    [InlineData("tv", 1)]
    [InlineData("w1", 2)]                    // two tokens apart
    public void Heads_that_look_at_different_single_tokens(string metric, double expected) =>
        Assert.Equal(expected, Between(metric, Maps.Column(5, 1), Maps.Column(5, 3)), 1e-12);

    [Theory]
    [InlineData("js", 0.21576155433883565)]  // of (1, 0) and (½, ½): ½ ln(4/3) + ¼ ln(2/3) + ¼ ln 2
    [InlineData("hellinger", 0.5411961001461971)] // sqrt(1 − sqrt ½)
    [InlineData("cosine", 0.2928932188134524)]    // 1 − 1/√2
    [InlineData("tv", 0.5)]
    [InlineData("w1", 0.5)]
    public void One_token_against_two(string metric, double expected) =>
        Assert.Equal(expected, Between(metric, Maps.Column(2, 0), Maps.Uniform(2)), 1e-7);

    [Theory, MemberData(nameof(Names))]
    public void A_head_is_no_distance_from_its_double_and_distances_are_symmetric(string metric)
    {
        var source = new MapsInMemory(Grid, [new AttentionText("0", 7, null)], (_, h) => Maps.Random(7, h.Index));
        var d = source.Distances(HeadDistance.Get(metric));
        Assert.Equal(0, d[Grid.PositionOf(new Head(0, 1)), Grid.PositionOf(new Head(1, 1))], 1e-7);
        for (int a = 0; a < 4; a++)
        {
            Assert.Equal(0, d[a, a]);
            for (int b = 0; b < 4; b++) Assert.Equal(d[a, b], d[b, a]);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Agrees_with_plain_loops_on_padded_batches(string metric)
    {
        var source = Texts();
        var d = source.Distances(HeadDistance.Get(metric));
        for (int a = 0; a < Grid.Count; a++)
            for (int b = a + 1; b < Grid.Count; b++)
                Assert.Equal(Enumerable.Range(0, source.Texts.Count).Average(t => Slow(metric, source[t, Grid[a]], source[t, Grid[b]])),
                    d[a, b], 1e-6);
    }

    [Theory]
    [InlineData("js")]
    [InlineData("tv")]
    [InlineData("w1")]
    public void Every_pair_of_many_heads_at_a_length_that_fills_no_vector(string metric)
    {
        var grid = new HeadGrid(2, 10);
        var source = new MapsInMemory(grid, [new AttentionText("0", 13, null)], (_, h) => Maps.Random(13, grid.PositionOf(h)));
        var d = source.Distances(HeadDistance.Get(metric));
        for (int a = 0; a < grid.Count; a++)
            for (int b = a + 1; b < grid.Count; b++) Assert.Equal(Slow(metric, source[0, grid[a]], source[0, grid[b]]), d[a, b], 1e-6);
    }

    [Theory, MemberData(nameof(Names))]
    public void Batches_and_shards_change_nothing(string metric)
    {
        var source = Texts();
        var options = new VisitOptions(TokensPerBatch: 12);
        using var whole = new HeadDistanceReducer(Grid, HeadDistance.Get(metric));
        using var merged = new HeadDistanceReducer(Grid, HeadDistance.Get(metric));
        source.Visit(whole, options);
        foreach (int shard in new[] { 1, 0 })
        {
            using var part = new HeadDistanceReducer(Grid, HeadDistance.Get(metric));
            source.Visit(part, options with { Shard = shard, Shards = 2 });
            merged.Merge(part);
        }
        Assert.Equal(whole.ToMatrix(), merged.ToMatrix());
        var large = source.Distances(HeadDistance.Get(metric));
        for (int i = 1; i < Grid.Count; i++) Assert.Equal(whole.ToMatrix()[0, i], large[0, i], 1e-9);
    }

    [Fact]
    public void On_real_maps_heads_that_do_the_same_are_near()
    {
        var source = MapArchive.Open(Repository.SharedData("bert-base-maps", "sst2.npz"), limit: 5);
        var d = source.Distances(HeadDistance.JensenShannon);
        double Js(string a, string b) => d[source.Grid.PositionOf(Head.Parse(a)), source.Grid.PositionOf(Head.Parse(b))];
        Assert.True(Js("2-0", "2-9") < 0.15, $"{Js("2-0", "2-9")}");  // both next-token
        Assert.True(Js("2-0", "3-5") > 0.5, $"{Js("2-0", "3-5")}");   // next against previous
        var (x, y) = (source.Maps(0)[Head.Parse("2-0")], source.Maps(0)[Head.Parse("11-0")]);
        Assert.Equal(Slow("js", Wide(x), Wide(y)), MapArchive.Open(Repository.SharedData("bert-base-maps", "sst2.npz"), limit: 1)
            .Distances(HeadDistance.JensenShannon)[24, 132], 1e-9);
    }

    [Fact]
    public void Clarks_smoothing_is_that_of_their_code()
    {
        // Disjoint rows of 4 tokens, p = (1−s) on one token, s/4 on all: by hand.
        const double S = 0.001;
        double high = 1 - S + S / 4, low = S / 4, middle = (high + low) / 2;
        double js = high * Math.Log(high / middle) + low * Math.Log(low / middle);
        var source = new MapsInMemory(new HeadGrid(1, 2), [new AttentionText("0", 4, null)], (_, h) => Maps.Column(4, h.Index));
        Assert.Equal(js, source.Distances(HeadDistance.JensenShannonSmoothed(S))[0, 1], 1e-12);
        Assert.Equal(0, source.Distances(HeadDistance.JensenShannonSmoothed(1))[0, 1], 1e-12);
        Assert.Same(HeadDistance.JensenShannon, HeadDistance.JensenShannonSmoothed(0));
        Assert.Throws<InputException>(() => HeadDistance.JensenShannonSmoothed(1.5));
    }

    [Fact]
    public void Shards_in_files_merge_to_the_whole_bit_for_bit()
    {
        using var folder = new TestFolder();
        var (source, distance, options) = (Texts(), HeadDistance.Wasserstein, new VisitOptions(TokensPerBatch: 12));
        string Shard(int s, int of, HeadDistance d)
        {
            using var part = new HeadDistanceReducer(Grid, d);
            source.Visit(part, options with { Shard = s, Shards = of });
            string file = folder[$"{s}of{of}{d.Name}"];
            new DistanceState(DistanceState.RunOf(source, d, 12), s, of, part).Write(file);
            return file;
        }
        string a = Shard(0, 2, distance), b = Shard(1, 2, distance);
        Assert.Equal(source.Distances(distance, options), DistanceState.Merge([b, a]).ToMatrix());
        Assert.True(DistanceState.IsIn(a));
        void Refused(string problem, params string[] files) =>
            Assert.Contains(problem, Assert.Throws<InputException>(() => DistanceState.Merge(files)).Message);
        Refused("shard 1 of 2 is missing", a);
        Refused("is shard 0, as", a, a, b);
        Refused("of another run", a, Shard(1, 2, HeadDistance.Cosine));
        Refused("is damaged", folder.Write("cut", File.ReadAllText(a)[..300]));
        Refused("is not what attn distances --shard writes", folder.Write("other", "{}"));
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        var source = Texts();
        void All() { foreach (var d in HeadDistance.All) source.Distances(d); }
        All();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        All();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static double Between(string metric, double[,] p, double[,] q) =>
        new MapsInMemory(new HeadGrid(1, 2), [new AttentionText("0", p.GetLength(0), null)], (_, h) => h.Index == 0 ? p : q)
        .Distances(HeadDistance.Get(metric))[0, 1];

    private static MapsInMemory Texts()
    {
        int[] lengths = [3, 9, 5, 2, 14];
        return new(Grid, [.. lengths.Select((n, i) => new AttentionText($"{i}", n, null))],
            (t, h) => Maps.Random(lengths[t], 100 * t + 10 * h.Layer + h.Index));
    }

    // Straight from the definitions, row by row.
    private static double Slow(string metric, double[,] a, double[,] b)
    {
        int n = a.GetLength(0);
        double total = 0;
        for (int i = 0; i < n; i++)
        {
            double[] p = [.. Enumerable.Range(0, n).Select(j => a[i, j])], q = [.. Enumerable.Range(0, n).Select(j => b[i, j])];
            total += metric switch
            {
                "js" => p.Zip(q, (x, y) => (Log(x, (x + y) / 2) + Log(y, (x + y) / 2)) / 2).Sum(),
                "hellinger" => Math.Sqrt(p.Zip(q, (x, y) => Math.Pow(Math.Sqrt(x) - Math.Sqrt(y), 2)).Sum() / 2),
                "cosine" => 1 - Cosine(p, q),
                "correlation" => 1 - Cosine([.. p.Select(x => x - p.Average())], [.. q.Select(x => x - q.Average())]),
                "tv" => p.Zip(q, (x, y) => Math.Abs(x - y)).Sum() / 2,
                "w1" => Enumerable.Range(1, n).Sum(j => Math.Abs(p[..j].Sum() - q[..j].Sum())),
                _ => throw new ArgumentException(metric),
            };
        }
        return total / n;

        static double Log(double x, double m) => x > 0 ? x * Math.Log(x / m) : 0;
        static double Cosine(double[] x, double[] y) => x.Zip(y, (u, v) => u * v).Sum() / Math.Sqrt(x.Sum(u => u * u) * y.Sum(v => v * v));
    }

    private static double[,] Wide(float[,] map)
    {
        var wide = new double[map.GetLength(0), map.GetLength(1)];
        Array.Copy(map, wide, map.Length);
        return wide;
    }
}
