using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.Clustering;

/// <summary>Other texts, other features, other starts: values per text, stability, transfer.</summary>
public class ResamplingTests
{
    private static readonly HeadFeature[] Two = [StandardFeatures.Get("entropy"), StandardFeatures.Get("previous")];

    // Two layers of three heads on five texts of different lengths.
    private static readonly MapsInMemory Source =
        new(new HeadGrid(2, 3), [.. Enumerable.Range(0, 5).Select(t => new AttentionText($"{t}", 4 + t, null))],
        (t, h) => h.Index == 0 ? Maps.Previous(4 + t) : Maps.Random(4 + t, 100 * t + 10 * h.Layer + h.Index));

    [Fact]
    public void The_mean_of_the_values_per_text_is_the_head_table()
    {
        var values = Source.Record(Two);
        var table = Source.Extract(Two);
        foreach (string f in table.Features)
            for (int h = 0; h < 6; h++) Assert.Equal(table.Column(f)[h], values.ToTable().Column(f)[h], 1e-6);
        // One text at a time, the value of that text alone.
        Assert.Equal(SlowFeatures.Of("entropy", Source[3, new Head(1, 2)], Source.Texts[3]), values.Mean([3])[1, 2, "entropy"], 1e-5);
    }

    [Fact]
    public void Halves_part_the_texts_and_draws_repeat_by_seed()
    {
        var values = Source.Record(Two);
        var (first, second) = values.Halves(1);
        Assert.Equal((2, 3), (first.Texts, second.Texts));
        for (int h = 0; h < 6; h++)
            Assert.Equal(values.ToTable().Column("entropy")[h], (2 * first.Column("entropy")[h] + 3 * second.Column("entropy")[h]) / 5,
                1e-9);
        Assert.Equal(values.Resample(3).ToCsv(), values.Resample(3).ToCsv());
        Assert.NotEqual(values.Resample(3).ToCsv(), values.Resample(4).ToCsv());
    }

    [Fact]
    public void Values_per_text_are_written_and_read_and_damage_is_told()
    {
        using var folder = new TestFolder();
        var values = Source.Record(Two);
        values.Write(folder["v.npz"]);
        var read = TextValues.Read(folder["v.npz"]);
        Assert.Equal(values.ToTable().ToCsv(), read.ToTable().ToCsv());
        Assert.Equal((5, new HeadGrid(2, 3)), (read.Texts.Count, read.Grid));
        File.WriteAllBytes(folder["v.npz"], File.ReadAllBytes(folder["v.npz"])[..^60]);
        Assert.Contains("attn text-features", Assert.Throws<InputException>(() => TextValues.Read(folder["v.npz"])).Message);
        MeanMaps.Compute(Source, 4).Write(folder["m.npz"]);
        Assert.Contains("instead of [texts, layers, heads]", Assert.Throws<InputException>(() => TextValues.Read(folder["m.npz"])).Message);
        Assert.Contains("none.npz", Assert.Throws<InputException>(() => TextValues.Read(folder["none.npz"])).Message);
    }

    [Fact]
    public void A_feature_that_fails_fails_here_as_in_a_table() =>
        Assert.Contains("\"bad\"", Assert.Throws<InputException>(() =>
            Source.Record([new HeadFeature("bad", "", (a, _) => a.sum(dim: 2))])).Message);

    [Fact]
    public void Groups_that_lie_apart_come_out_again_whatever_is_varied()
    {
        var clustering = Planted(0.02, 0).Cluster(4);
        StabilityReport[] reports =
        [
            Stability.OverHeads(clustering, draws: 20)!, Stability.OverFeatures(clustering, draws: 20)!,
                Stability.OverSeeds(clustering, draws: 20)!,
            Stability.OverTexts(clustering, seed => Planted(0.02, seed), draws: 20)!,
        ];
        Assert.Equal(["heads", "features", "seeds", "texts"], reports.Select(r => r.Over));
        foreach (var report in reports.Where(r => r.Over != "features")) // without one of the two coordinates, groups fall together
        {
            Assert.Equal(1, report.Mean);
            Assert.All(report.OwnCluster, p => Assert.Equal(1, p, 1e-12));
            Assert.Equal(clustering.Labels[0] == clustering.Labels[5] ? 1 : 0, report.Consensus[0, 5], 1e-12);
        }
    }

    [Fact]
    public void Noise_over_texts_shows_in_the_heads_that_it_moves()
    {
        var clustering = Planted(0.02, 0).Cluster(4);
        var report = Stability.OverTexts(clustering, seed => Planted(2, seed), draws: 30)!;
        Assert.InRange(report.Mean, -0.1, 0.8);
        Assert.True(report.Interval.Low <= report.Mean && report.Mean <= report.Interval.High);
        Assert.Contains(report.OwnCluster, p => p < 0.9);
        for (int i = 0; i < 48; i++) Assert.Equal(1, report.Consensus[i, i], 1e-12);
    }

    [Fact]
    public void Restarts_are_what_makes_K_means_indifferent_to_its_seed()
    {
        var clustering = Golden.RealTable.Cluster(6);
        Assert.True(Stability.OverSeeds(clustering, draws: 20)!.Mean
            >= Stability.OverSeeds(clustering, draws: 20, algorithm: ClusterAlgorithms.KMeansWith(1))!.Mean);
    }

    [Fact]
    public void What_cannot_be_varied_is_told()
    {
        var one = Golden.RealTable.Cluster(3, ["mean_distance"]);
        Assert.Contains("at least two features", Assert.Throws<InputException>(() => Stability.OverFeatures(one)).Message);
        var given = Golden.RealTable.Cluster(3, algorithm: ClusterAlgorithms.Average, distances: HeadSpace.OfPoints(Golden.Real).Distances);
        Assert.Contains("needs features", Assert.Throws<InputException>(() => Stability.OverTexts(given, _ => Golden.RealTable)).Message);
        Assert.Contains("feature \"sep\": does not exist",
            Assert.Throws<InputException>(() => Stability.OverTexts(Golden.RealTable.Cluster(3, ["entropy", "sep"]),
                _ => Golden.RealTable.Select("entropy"), draws: 2)).Message);
    }

    [Fact]
    public void The_same_clusters_transfer_wholly_and_shuffled_ones_by_chance()
    {
        var a = Planted(0.02, 0).Cluster(4);
        (int, Func<int[], HeadTable>) texts = (30, kept => Planted(0.02, kept.Sum()));
        var same = ClusterTransfer.Compute(a, Planted(0.02, 1).Cluster(4), (texts, texts), draws: 99, seed: 0);
        Assert.Equal((1.0, 48, 0.01), (same.AdjustedRand.Value, same.Kept, same.PValue));
        Assert.Equal((1.0, 1.0), (same.AdjustedRand.Low, same.AdjustedRand.High));
        Assert.Empty(same.Moved);
        Assert.Equal(0.01, same.WithinLayersPValue);
        var noise = ClusterTransfer.Compute(a, Planted(40, 7).Cluster(4), draws: 99);
        Assert.InRange(noise.PValue, 0.02, 1);
        Assert.Equal(48 - noise.Kept, noise.Moved.Count);
        Assert.True(double.IsNaN(noise.AdjustedRand.Low));
        Assert.InRange(noise.KeptByChance, 12, 30);
        Assert.InRange(noise.WithinLayersPValue, 0.02, 1);
    }

    [Fact]
    public void Clusters_that_are_layers_transfer_whatever_the_heads_are_and_the_control_within_layers_says_so()
    {
        var grid = new HeadGrid(4, 12);
        HeadTable Layered(int seed) => new(grid, ["x"], [[.. grid.All().Zip(KMeansTests.Random(48, 1, seed),
            (h, noise) => h.Layer + 0.1 * noise[0])]]);
        var t = ClusterTransfer.Compute(Layered(1).Cluster(4), Layered(2).Cluster(4), draws: 99);
        Assert.Equal((1.0, 0.01), (t.AdjustedRand.Value, t.PValue));
        Assert.Equal((1.0, 1.0), (t.WithinLayers, t.WithinLayersPValue));
    }

    [Theory]
    [InlineData(null), InlineData("mean_distance")]
    public void The_agreement_of_the_shipped_tables_lies_in_its_own_interval(string? feature)
    {
        string[]? features = feature is null ? null : [feature];
        var (sst2, tweets) = (Shipped("heads.csv").Cluster(4, features), Shipped("heads.tweets.csv").Cluster(4, features));
        var index = ClusterTransfer.Compute(sst2, tweets, Texts("texts.npz"), Texts("texts.tweets.npz"), draws: 59).AdjustedRand;
        Assert.Equal(Validity.AdjustedRand(sst2.Labels, tweets.Labels), index.Value);
        Assert.True(index.Low < index.Value && index.Value < index.High && index.High <= 1, $"{index}");
        static string Path(string name) => Repository.Path("data", "bert-base", name);
        static HeadTable Shipped(string name) => HeadTable.Read(Path(name));
        static TextValues Texts(string name) => TextValues.Read(Path(name));
    }

    [Fact]
    public void Intervals_of_agreement_hold_the_agreement_of_endless_texts_where_percentiles_of_draws_with_replacement_do_not()
    {
        const int Sets = 40, Heads = 36, TextsOfEach = 20, Draws = 60;
        var held = Runs.Of(Sets, set =>
        {
            var random = new Random(set);
            double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double[] Each(Func<int, double> of) => [.. Enumerable.Range(0, Heads).Select(of)];
            HeadTable Table(double[][] columns) => new(new HeadGrid(1, Heads), ["x", "y"], columns);
            HeadClustering Cluster(HeadTable table) => table.Cluster(3, algorithm: ClusterAlgorithms.KMeansWith(5));
            // Three groups whose heads stand elsewhere in the second model, some of them beyond a border.
            double[][] first = [Each(i => (i % 3 == 1 ? 4 : 0) + Normal()), Each(i => (i % 3 == 2 ? 4 : 0) + Normal())];
            double[][] second = [.. first.Select(column => column.Select(v => v + Normal()).ToArray())];
            double truth = Validity.AdjustedRand(Cluster(Table(first)).Labels, Cluster(Table(second)).Labels);
            // In each text every value has noise of its own.
            double[][][] Texts(double[][] of) => [.. Enumerable.Range(0, TextsOfEach).Select(_ => of.Select(column =>
                column.Select(v => v + 2.5 * Normal()).ToArray()).ToArray())];
            double[][][] textsA = Texts(first), textsB = Texts(second);
            HeadTable Mean(double[][][] texts, int[] of) =>
                Table([.. Enumerable.Range(0, 2).Select(c => Each(h => of.Average(t => texts[t][c][h])))]);
            int[] all = [.. Enumerable.Range(0, TextsOfEach)];
            var (a, b) = (Cluster(Mean(textsA, all)), Cluster(Mean(textsB, all)));
            var index = ClusterTransfer.Compute(a, b, ((TextsOfEach, of => Mean(textsA, of)), (TextsOfEach, of => Mean(textsB, of))),
                Draws, set).AdjustedRand;
            Assert.InRange(index.Value, index.Low, index.High);
            var percentiles = Interval.OfDraws(index.Value, [.. Enumerable.Range(0, Draws).Select(_ => Validity.AdjustedRand(
                Cluster(Mean(textsA, Bootstrap.Draw(TextsOfEach, random))).Labels,
                Cluster(Mean(textsB, Bootstrap.Draw(TextsOfEach, random))).Labels))]);
            return (Own: index.Low <= truth && truth <= index.High, Percentiles: percentiles.Low <= truth && truth <= percentiles.High);
        });
        // 38 of 40 expected; fewer than 34 have a probability of 1 %.
        Assert.InRange(held.Count(h => h.Own), 34, Sets);
        Assert.InRange(held.Count(h => h.Percentiles), 0, 28);
    }

    // 48 heads in 4 groups around the corners of a square, with noise of this width.
    private static HeadTable Planted(double width, int seed)
    {
        var noise = KMeansTests.Random(48, 2, seed);
        return new HeadTable(new HeadGrid(4, 12), ["x", "y"],
            [[.. noise.Select((p, i) => width * p[0] + i % 2)], [.. noise.Select((p, i) => width * p[1] + i / 2 % 2)]]);
    }
}
