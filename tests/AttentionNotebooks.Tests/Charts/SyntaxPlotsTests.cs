namespace AttentionNotebooks.Tests.Charts;

public class SyntaxPlotsTests
{
    [Fact]
    public void Dots_stand_on_a_line_from_the_least_to_the_most()
    {
        var figure = Kit.Plot.Dots(["det", "o<bj"], [("head", [0.9, 0.6]), ("offset", [0.5, double.NaN])], "accuracy", "relations", "see",
            low: [0.8, 0.5], high: [0.95, 0.7]);
        var traces = figure.AllData();
        Assert.Equal(3, traces.Length);
        Assert.Equal([0.5, 0.9, double.NaN], traces[0].GetProperty("x").Numbers());   // obj has one value: no line
        Assert.Equal([0.9, 0.6], traces[1].GetProperty("x").Numbers());
        Assert.Equal([0.05, 0.1], traces[1].At("error_x.array").Numbers().Select(v => Math.Round(v, 6)));
        Assert.False(traces[2].TryGetProperty("error_x", out _));
        Assert.NotEqual(traces[1].At("marker.symbol").GetString(), traces[2].At("marker.symbol").GetString());
        Assert.Equal(["det", "o&lt;bj"], figure.Layout().At("yaxis.ticktext").Texts());
        Assert.Throws<ArgumentException>(() => Kit.Plot.Dots(["a"], [("x", [1, 2])], "", ""));
        Assert.Throws<ArgumentException>(() => Kit.Plot.Dots(["a"], [("x", [1])], "", "", low: [0]));
        Assert.Throws<ArgumentException>(() => Kit.Plot.Dots([], [], "", ""));
    }

    [Fact]
    public void Parts_are_stacked_in_their_order()
    {
        var figure = Kit.Plot.Stacked(["a", "b"], [("position", [0.2, 0.4]), ("content", [0.8, 0.6])], "share", "parts");
        Assert.Equal("stack", figure.Layout().At("barmode").GetString());
        Assert.Equal([0.8, 0.6], figure.Data(1).GetProperty("x").Numbers());
        Assert.Throws<ArgumentException>(() => Kit.Plot.Stacked(["a"], [("x", [1, 2])], "", ""));
    }

    [Fact]
    public void Preferences_are_coloured_by_their_logarithm_and_told_in_full()
    {
        var figure = Kit.Plot.Preferences(["first", "second"], ["NOUN", "[CLS]"], [[2, 0.5], [1, double.NaN]], "heads", "likes");
        var z = figure.Data().GetProperty("z").Matrix();
        Assert.Equal([1, -1], z[0]);
        Assert.Equal([0, double.NaN], z[1]);
        Assert.Equal("0.5", figure.Data().GetProperty("text")[0][1].GetString());
        Assert.Equal(-3, Kit.Plot.Preferences(["a"], ["b"], [[0.0]], "", "").Data().GetProperty("z").Matrix()[0][0]);
        Assert.Throws<ArgumentException>(() => Kit.Plot.Preferences(["a"], ["b"], [[1, 2]], "", ""));
    }
}
