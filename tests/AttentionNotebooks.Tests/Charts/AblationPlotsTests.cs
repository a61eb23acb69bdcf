using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Charts;

public class AblationPlotsTests
{
    private static readonly TaskScores Before = new([2, 4], [1, 1], [1, 2]), After = new([5, 7], [0, 1], [1, 2]);

    private static readonly AblationEffect[] Effects =
    [
        new(new("0 broad & <more>", [new(0, 0), new(1, 1)]), AblationMode.Zero, false, Before, After, new(2, 1.5, 2.75), new(-0.3, -0.5, 0),
            new([0.5, 0.25, 1], [0, 0, 0], 0.25, 1, 0.5, 9)),
        new(new("layer 1", [new(1, 0), new(1, 1)]), AblationMode.Zero, false, Before, After, new(-1, -2, 0.5), new(0, 0, 0), null),
    ];

    [Fact]
    public void Groups_stand_beside_the_random_groups_of_their_row()
    {
        var figure = Kit.Plot.GroupEffects(Effects);
        var (spread, draws, own) = (figure.Data(0), figure.Data(1), figure.Data(2));
        Assert.Equal([Effects[0].Random!.Low, Effects[0].Random!.High, double.NaN], spread.GetProperty("x").Numbers(), (a, b) => a.Equals(b)
            || Math.Abs(a - b) < 1e-4);
        Assert.Equal([0.5, 0.25, 1], draws.GetProperty("x").Numbers());
        Assert.All(draws.GetProperty("y").Numbers(), y => Assert.InRange(y, 0, 0.5));
        Assert.Equal([2, -1], own.GetProperty("x").Numbers());
        Assert.Equal([0.75, 1.5], own.At("error_x.array").Numbers());
        Assert.Equal([0.5, 1], own.At("error_x.arrayminus").Numbers());
        Assert.Equal("0 broad &amp; &lt;more&gt; (2 heads)", own.GetProperty("customdata")[0].GetString());
        Assert.Contains("nats", figure.Layout().At("xaxis.title.text").GetString());
        Assert.Contains("rises without the group", figure.Caption);
        Assert.Contains("removed; lower is better", Kit.Plot.GroupEffects([.. Effects.Select(e => e with { OnlyKept = true })]).Caption);
    }

    [Fact]
    public void Without_random_groups_only_the_groups_are_drawn()
    {
        Assert.Single(Kit.Plot.GroupEffects([Effects[1]]).AllData());
        Assert.Throws<ArgumentException>(() => Kit.Plot.GroupEffects([]));
    }

    [Fact]
    public void Correlations_are_drawn_with_their_intervals_and_the_diagonal_is_empty()
    {
        var agreement = MeasureAgreement.Compute([Column("up", [1, 2, 3, 4]), Column("mixed", [1, 3, 2, 4]), Column("down", [4, 3, 2, 1])],
            draws: 20);
        static HeadColumn Column(string name, double[] ofOneText) => HeadColumn.OfTexts(new ColumnInfo(name), [ofOneText]);
        var trace = Kit.Plot.AgreementMatrix(agreement).Data();
        Assert.Equal(0.8, trace.GetProperty("z").Matrix()[0][1], 1e-4);
        Assert.Equal((-1, 1), (trace.GetProperty("zmin").GetDouble(), trace.GetProperty("zmax").GetDouble()));
        Assert.StartsWith("0.8<br>[", trace.GetProperty("text")[0][1].GetString());
        Assert.Equal("", trace.GetProperty("text")[1][1].GetString());
        Assert.Contains("over texts", trace.GetProperty("customdata")[0][2].GetString());
    }

    [Fact]
    public void Tables_say_what_a_p_value_of_so_many_groups_can_be()
    {
        string text = AblationTables.Of(Effects).ToText();
        Assert.Contains("2 items, loss 2.000 nats and accuracy 0.667", text);
        Assert.Contains("cannot be below 0.250", text);
        Assert.Contains("No random groups", AblationTables.Of([Effects[1]]).ToText());
    }
}
