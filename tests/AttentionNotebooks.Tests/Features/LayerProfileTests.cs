namespace AttentionNotebooks.Tests.Features;

/// <summary>Columns by layer: means, spreads, and their intervals over texts.</summary>
public class LayerProfileTests
{
    private static readonly ColumnInfo Given = new("given", "tokens");

    [Fact]
    public void Mean_spread_and_middle_by_hand()
    {
        // Three layers of two heads: means 2, 2 and 6, spreads 1, 0 and 2; the middle layer has 2, the others (2 + 6)/2.
        var profile = LayerProfile.Compute(new HeadTable(new HeadGrid(3, 2), ["x"], [[1, 3, 2, 2, 4, 8]]), "x")[0];
        Assert.Equal([2, 2, 6], profile.Layers.Select(l => l.Mean.Value));
        Assert.Equal([1, 0, 2], profile.Layers.Select(l => l.Spread));
        Assert.Equal([(1, 3), (2, 2), (4, 8)], profile.Layers.Select(l => (l.Least, l.Most)));
        Assert.Equal([4, 8], profile.Layers[2].Heads);
        Assert.Equal(-2, profile.Middle.Value);
        // A table alone says nothing of its texts.
        Assert.Equal(0, profile.Texts);
        Assert.All(profile.Layers.Select(l => l.Mean).Append(profile.Middle),
            i => Assert.True(double.IsNaN(i.Low) && double.IsNaN(i.High)));
    }

    [Fact]
    public void A_head_without_a_value_is_left_out_and_a_layer_of_such_heads_has_none()
    {
        const double No = double.NaN;
        var profile = LayerProfile.Compute(new HeadTable(new HeadGrid(2, 3), ["x"], [[1, No, 3, No, No, No]]), "x")[0];
        Assert.Equal((2, 1, 2), (profile.Layers[0].Mean.Value, profile.Layers[0].Spread, profile.Layers[0].Count));
        Assert.Equal(0, profile.Layers[1].Count);
        Assert.All([profile.Layers[1].Mean.Value, profile.Layers[1].Spread, profile.Layers[1].Least, profile.Layers[1].Most],
            v => Assert.True(double.IsNaN(v)));
    }

    [Theory]
    [InlineData(12, 16), InlineData(3, 1), InlineData(6, 4)]
    public void The_middle_of_a_parabola_is_known_and_that_of_a_line_is_0(int layers, double expected)
    {
        // −(l − (L − 1)/2)² over 12 layers: −1.25 in the middle four, −17.25 in the others.
        double centre = (layers - 1) / 2.0;
        Assert.Equal(expected, LayerProfile.MiddleContrast([.. Enumerable.Range(0, layers).Select(l => -(l - centre) * (l - centre))]),
            1e-12);
        Assert.Equal(0, LayerProfile.MiddleContrast([.. Enumerable.Range(0, layers).Select(l => 3.0 * l + 1)]), 1e-12);
    }

    [Fact]
    public void Two_layers_have_no_middle() => Assert.True(double.IsNaN(LayerProfile.MiddleContrast([1, 2])));

    [Fact]
    public void The_comparison_of_models_uses_the_same_contrast()
    {
        var bert = HeadTable.Read(Repository.Path("data", "bert-base", "heads.csv"));
        string[] features = ["mean_distance", "entropy"];
        Assert.Equal(LayerProfile.Compute(bert, features).Select(p => p.Middle.Value),
            FeatureAgreement.Compute(bert, bert, features).Select(f => f.MiddleA.Value));
    }

    [Fact]
    public void An_interval_is_that_of_drawing_texts_with_replacement()
    {
        var source = Corpus.Source();
        var values = source.Record([DistanceFeatures.MeanDistance, StructureFeatures.BestOffsetMass]);
        var profiles = LayerProfile.Compute(values, ["mean_distance", "best_offset_mass"], seed: 5, draws: 200);
        // The same draws in plain loops.
        var random = new Random(5);
        int n = source.Texts.Count;
        int[][] draws = [.. Enumerable.Range(0, 200).Select(_ => Enumerable.Range(0, n).Select(_ => random.Next(n)).ToArray())];
        double Distance(int[] draw, Head head) => draw.Average(t => SlowFeatures.Of("mean_distance", source[t, head], source.Texts[t]));
        double Mass(int[] draw, Head head) => SlowFeatures.Together("best_offset_mass", [.. draw.Select(t => source[t, head])]);
        foreach (var (profile, slow) in profiles.Zip((Func<int[], Head, double>[])[Distance, Mass]))
        {
            double[][] means = [.. draws.Select(d => Enumerable.Range(0, 3)
                .Select(l => (slow(d, new Head(l, 0)) + slow(d, new Head(l, 1))) / 2).ToArray())];
            for (int l = 0; l < 3; l++) Same(means.Select(m => m[l]), profile.Layers[l].Mean);
            Same(means.Select(m => m[1] - (m[0] + m[2]) / 2), profile.Middle);
            Assert.Equal(n, profile.Texts);
        }

        // A table that knows the value of every text has the same intervals; a feature of all texts together has none there.
        var ofTable = LayerProfile.Compute(values.ToTable(), ["mean_distance", "best_offset_mass"], seed: 5, draws: 200);
        for (int l = 0; l < 3; l++)
        {
            Assert.Equal(profiles[0].Layers[l].Mean.Value, ofTable[0].Layers[l].Mean.Value);
            Assert.Equal(profiles[0].Layers[l].Mean.Low, ofTable[0].Layers[l].Mean.Low, 1e-9);
            Assert.Equal(profiles[0].Layers[l].Mean.High, ofTable[0].Layers[l].Mean.High, 1e-9);
        }
        Assert.Equal((6, 0), (ofTable[0].Texts, ofTable[1].Texts));

        static void Same(IEnumerable<double> drawn, Interval interval)
        {
            Assert.Equal(Quantile(drawn, 0.025), interval.Low, 1e-4);
            Assert.Equal(Quantile(drawn, 0.975), interval.High, 1e-4);
        }
    }

    [Fact]
    public void Weights_of_texts_count_and_texts_without_a_value_are_left_out()
    {
        // Two heads; the second has a value in two of five texts only, so that some draws have none of it.
        double[][] perText = [[1, double.NaN], [4, 10], [9, double.NaN], [2, double.NaN], [8, 40]];
        double[] weights = [1, 2, 3, 1, 4];
        var column = new HeadColumn(Given, [24 / 11.0, 50 / 6.0]) { PerText = perText, TextWeights = weights };
        var mean = LayerProfile.Compute(new HeadTable(new HeadGrid(1, 2), [column]), ["given"], seed: 2, draws: 300)[0].Layers[0].Mean;
        var random = new Random(2);
        List<double> drawn = [];
        int without = 0;
        for (int d = 0; d < 300; d++)
        {
            int[] texts = [.. Enumerable.Range(0, 5).Select(_ => random.Next(5))];
            double Over(int head)
            {
                int[] known = [.. texts.Where(t => !double.IsNaN(perText[t][head]))];
                return known.Length == 0 ? double.NaN : known.Sum(t => perText[t][head]) / known.Sum(t => weights[t]);
            }
            double first = Over(0), second = Over(1);
            if (double.IsNaN(second)) without++;
            drawn.Add(double.IsNaN(second) ? first : (first + second) / 2);
        }
        Assert.InRange(without, 5, 100);
        Assert.Equal(Quantile(drawn, 0.025), mean.Low, 1e-9);
        Assert.Equal(Quantile(drawn, 0.975), mean.High, 1e-9);
    }

    [Fact]
    public void All_layers_and_columns_see_the_same_draws_and_the_seed_decides_them()
    {
        double[] text = [1, 5, 2, 7, 4, 4, 9];
        HeadColumn Column(string name, double times) => HeadColumn.OfTexts(Given with { Name = name },
            [.. text.Select(v => Enumerable.Repeat(times * v, 6).ToArray())]);
        var table = new HeadTable(new HeadGrid(3, 2), [Column("once", 1), Column("twice", 2)]);
        var profiles = LayerProfile.Compute(table, "once", "twice");
        Assert.Single(profiles[0].Layers.Select(l => l.Mean).Distinct());
        Assert.Equal(2 * profiles[0].Layers[0].Mean.Low, profiles[1].Layers[0].Mean.Low, 1e-12);
        // Every draw has equal layers, so it is sure that the middle is like the ends.
        Assert.Equal(new Interval(0, 0, 0), profiles[0].Middle);
        Assert.Equal(profiles[0].Layers[0], LayerProfile.Compute(table, ["once"], seed: 0)[0].Layers[0], (a, b) => a!.Mean == b!.Mean);
        Assert.NotEqual(profiles[0].Layers[0].Mean, LayerProfile.Compute(table, ["once"], seed: 1, draws: 99)[0].Layers[0].Mean);
    }

    [Fact]
    public void Intervals_hold_the_true_mean_about_as_often_as_they_say()
    {
        // Heads of a layer err together in a text, as heads on one text do: intervals that took them for independent would be half as
        // wide. 40 texts; a percentile interval of so few texts holds the truth slightly too seldom.
        const int Trials = 300, Texts = 40;
        int held = Enumerable.Range(0, Trials).Count(trial =>
        {
            var random = new Random(trial);
            double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            double[][] perText = [.. Enumerable.Range(0, Texts).Select(_ =>
            {
                double ofText = Normal();
                return Enumerable.Range(0, 4).Select(h => h + ofText + 0.2 * Normal()).ToArray();
            })];
            var table = new HeadTable(new HeadGrid(1, 4), [HeadColumn.OfTexts(Given, perText)]);
            var mean = LayerProfile.Compute(table, ["given"], trial, draws: 300)[0].Layers[0].Mean;
            return mean.Low < 1.5 && 1.5 < mean.High;
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{held} of {Trials}");
        Assert.InRange(held / (double)Trials, 0.89, 0.98);
    }

    [Fact]
    public void Of_one_text_there_is_no_interval()
    {
        var values = MapsInMemory.Single(Maps.Uniform(4)).Record([DistanceFeatures.MeanDistance]);
        var profile = LayerProfile.Compute(values, "mean_distance")[0];
        Assert.Equal(0, profile.Texts);
        Assert.Equal(1.25, profile.Layers[0].Mean.Value, 1e-6); // of 16 pairs 6 are 1 apart, 4 are 2 and 2 are 3
        Assert.True(double.IsNaN(profile.Layers[0].Mean.Low));
    }

    [Fact]
    public void A_misspelt_feature_is_named()
    {
        var values = Corpus.Source().Record([DistanceFeatures.MeanDistance]);
        Assert.Contains("mean_distance", Assert.Throws<InputException>(() => LayerProfile.Compute(values, "mean_distanc")).Message);
        Assert.Contains("mean_distance",
            Assert.Throws<InputException>(() => LayerProfile.Compute(values.ToTable(), "mean_distanc")).Message);
    }

    [Fact]
    public void A_file_has_a_row_per_model_feature_and_layer_and_nothing_where_nothing_is_known()
    {
        using var folder = new TestFolder();
        var table = new HeadTable(new HeadGrid(2, 2), [new HeadColumn(Given, [1, 3, 2, double.NaN])]);
        LayerProfileTable.Write([("a, b", LayerProfile.Compute(table, "given"))], folder["p.csv"]);
        Assert.Equal("model,feature,unit,layer,depth,mean,sd,low,high,min,max,heads,texts\n"
            + "\"a, b\",given,tokens,0,0.25,2,1,,,1,3,2,\n\"a, b\",given,tokens,1,0.75,2,0,,,2,2,1,\n", File.ReadAllText(folder["p.csv"]));
    }

    private static double Quantile(IEnumerable<double> x, double q)
    {
        double[] sorted = [.. x.Order()];
        double at = q * (sorted.Length - 1);
        return sorted[(int)at] + (at - (int)at) * (sorted[Math.Min(sorted.Length - 1, (int)at + 1)] - sorted[(int)at]);
    }
}
