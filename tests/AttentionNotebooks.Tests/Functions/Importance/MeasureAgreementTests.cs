namespace AttentionNotebooks.Tests.Functions;

/// <summary>Whether measures agree: known correlations, intervals that hold them, and measures that cannot be compared.</summary>
public class MeasureAgreementTests
{
    [Fact]
    public void By_hand()
    {
        HeadColumn up = Column("up", [[1, 2, 3, 4], [1, 2, 3, 4]]), down = Column("down", [[4, 3, 2, 1], [4, 3, 2, 1]]),
            mixed = Column("mixed", [[1, 3, 2, 4], [1, 3, 2, 4]]);
        var agreement = MeasureAgreement.Compute([up, down, mixed], draws: 50);
        Assert.Equal(-1, agreement[0, 1].Rho, 1e-12);
        Assert.Equal(0.8, agreement[0, 2].Rho, 1e-12); // 1 − 6·(0 + 1 + 1 + 0)/(4·15)
        Assert.Equal(1, agreement[2, 2].Rho, 1e-12);
        Assert.Equal(("mixed", "up"), (agreement[2, 0].First, agreement[2, 0].Second));
        // the texts agree
        Assert.Equal((0.8, 0.8), (Math.Round(agreement[0, 2].OverTexts.Low, 12), Math.Round(agreement[0, 2].OverTexts.High, 12)));
        Assert.True(agreement[0, 2].OverHeads.Low < 0.8);
        Assert.Equal(3, agreement.Pairs().Count());
    }

    [Fact]
    public void A_value_is_per_weight_so_that_texts_count_by_their_questions()
    {
        var measure = HeadColumn.OfTexts(new ColumnInfo("m"), [[2, 0], [9, 3]], [1, 3]);
        Assert.Equal([11.0 / 4, 3.0 / 4], measure.Values);
        Assert.Equal([18.0 / 6, 6.0 / 6], measure.Over([1, 1]));
    }

    [Fact]
    public void Measures_of_nothing_in_common_have_0_in_their_interval()
    {
        var random = new Random(3);
        HeadColumn Noise(string name) => Column(name,
            [.. Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 100).Select(_ => random.NextDouble()).ToArray())]);
        var pair = MeasureAgreement.Compute([Noise("a"), Noise("b")], draws: 300)[0, 1];
        Assert.InRange(0, pair.OverHeads.Low, pair.OverHeads.High);
        Assert.InRange(pair.Rho, pair.OverHeads.Low, pair.OverHeads.High);
        Assert.InRange(pair.OverHeads.High - pair.OverHeads.Low, 0.3, 0.5); // about 4/√99
    }

    [Fact]
    public void The_same_seed_gives_the_same_intervals()
    {
        var random = new Random(7);
        HeadColumn Noise(string name) => Column(name,
            [.. Enumerable.Range(0, 9).Select(_ => Enumerable.Range(0, 20).Select(_ => random.NextDouble()).ToArray())]);
        HeadColumn a = Noise("a"), b = Noise("b");
        Assert.Equal(MeasureAgreement.Compute([a, b], 100, 1)[0, 1], MeasureAgreement.Compute([a, b], 100, 1)[0, 1]);
        Assert.NotEqual(MeasureAgreement.Compute([a, b], 100, 1)[0, 1], MeasureAgreement.Compute([a, b], 100, 2)[0, 1]);
    }

    [Fact]
    public void Measures_of_other_heads_or_texts_are_named()
    {
        HeadColumn two = Column("two", [[1, 2]]), three = Column("three", [[1, 2, 3]]), texts = Column("texts", [[1, 2], [1, 2]]);
        Assert.Contains("\"three\"", Assert.Throws<InputException>(() => MeasureAgreement.Compute([two, three])).Message);
        Assert.Contains("\"texts\"", Assert.Throws<InputException>(() => MeasureAgreement.Compute([two, texts])).Message);
        Assert.Throws<InputException>(() => MeasureAgreement.Compute([two]));
    }

    [Fact]
    public void Ablation_is_a_measure_where_every_head_was_taken_out_alone()
    {
        using var folder = new TestFolder();
        using var model = PlantedBert.Create(folder.Root);
        var task = PlantedBert.Task(model, items: 6);
        var effects = AblationStudy.Run(task, HeadGroups.Single(PlantedBert.Grid), new() { RandomGroups = 0 });
        var measure = HeadAblation.Change(effects);
        Assert.Equal("ablation (uniform)", measure.Info.Title);
        Assert.All(effects.Zip(measure.Values), e => Assert.Equal(e.First.Loss.Value, e.Second, 1e-9));
        // one question each
        double size = Enumerable.Range(0, 6).Average(i => Math.Abs(effects[3].After.Losses[i] - effects[3].Before.Losses[i]));
        Assert.Equal(size, HeadAblation.Size(effects).Values[3], 1e-9);
        Assert.Throws<ArgumentException>(() => HeadAblation.Change([.. effects.Reverse()]));
        Assert.Throws<ArgumentException>(() => HeadAblation.Change(
            AblationStudy.Run(task, HeadGroups.Layers(PlantedBert.Grid), new() { RandomGroups = 0 })));
        Assert.Equal(1, MeasureAgreement.Compute([measure, .. HeadImportance.Compute(model, task).Measures], draws: 5)[0, 0].Rho);
    }

    private static HeadColumn Column(string name, double[][] perText) => HeadColumn.OfTexts(new ColumnInfo(name), perText);
}
