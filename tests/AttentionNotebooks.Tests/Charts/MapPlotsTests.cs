using AttentionNotebooks.Interactive;
using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Charts;

public class MapPlotsTests
{
    [Fact]
    public void A_map_keeps_repeated_tokens_apart_and_runs_downwards()
    {
        string[] tokens = ["[CLS]", "the", "cat", "the", "[SEP]"];
        var figure = Kit.Plot.AttentionMap(Map(5), tokens, "t");
        Assert.Equal(5, figure.Data().GetProperty("z").Matrix().Length);
        Assert.Equal(1, figure.Data().GetProperty("z")[1][2].GetDouble()); // query "the" attends to key "cat"
        foreach (string axis in (string[])["xaxis", "yaxis"])
        {
            Assert.Equal(tokens, figure.Layout().At($"{axis}.ticktext").Texts());
            Assert.Equal([0, 1, 2, 3, 4], figure.Layout().At($"{axis}.tickvals").Numbers());
        }
        Assert.Equal("reversed", figure.Layout().At("yaxis.autorange").GetString());
        Assert.Equal(0, figure.Data().GetProperty("zmin").GetDouble());
    }

    [Fact]
    public void Tokens_are_shown_literally_and_cut_when_they_are_long()
    {
        string[] shown = Kit.Plot.AttentionMap(Map(2), ["<b>&", new string('x', 40)], "t").Layout().At("xaxis.ticktext").Texts();
        Assert.Equal("&lt;b&gt;&amp;", shown[0]);
        Assert.Equal(new string('x', 13) + "…", shown[1]);
    }

    [Fact]
    public void A_long_text_has_a_unique_label_for_every_position()
    {
        var figure = Kit.Plot.AttentionMap(Map(128), Tokens(128), "t");
        string[] labels = figure.Data().GetProperty("x").Texts();
        Assert.Equal(128, labels.Distinct().Count());
        Assert.Equal("[CLS] 0", labels[0]);
        Assert.Equal(labels, figure.Data().GetProperty("y").Texts());
        Assert.Equal("category", figure.Layout().At("xaxis.type").GetString());
    }

    [Fact]
    public void Doubles_and_floats_draw_the_same_and_weights_have_four_decimals()
    {
        var single = Kit.Plot.AttentionMap(new float[,] { { 0.123456f, 0.876544f }, { 1, 0 } }, ["a", "b"], "t");
        var wide = Kit.Plot.AttentionMap(new double[,] { { 0.123456, 0.876544 }, { 1, 0 } }, ["a", "b"], "t");
        Assert.Equal("[[0.1235,0.8765],[1,0]]", single.Data().GetProperty("z").GetRawText());
        Assert.Equal(wide.ToJson(), single.ToJson());
    }

    [Fact]
    public void Small_maps_share_a_scale_and_have_a_place_each()
    {
        var figure = Kit.Plot.HeadMaps([.. Enumerable.Range(0, 12).Select(_ => Map(8))], [.. Enumerable.Range(0, 12).Select(i => $"0-{i}")], Tokens(8), "t");
        var traces = figure.AllData();
        Assert.Equal(12, traces.Length);
        Assert.All(traces, t => Assert.Equal("coloraxis", t.GetProperty("coloraxis").GetString()));
        Assert.Equal(12, traces.Select(t => t.GetProperty("xaxis").GetString()).Distinct().Count());
        var places = traces.Select(t => (X: figure.Layout().At($"xaxis{t.GetProperty("xaxis").GetString()![1..]}.domain").GetRawText(), Y: figure.Layout().At($"yaxis{t.GetProperty("yaxis").GetString()![1..]}.domain").GetRawText()));
        Assert.Equal(12, places.Distinct().Count());
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => $"<b>0-{i}</b>")], figure.Layout().GetProperty("annotations").EnumerateArray().Select(a => a.GetProperty("text").GetString()!).ToArray());
    }

    [Fact]
    public void Only_the_outer_maps_carry_the_tokens()
    {
        var layout = Kit.Plot.HeadMaps([Map(8), Map(8), Map(8), Map(8), Map(8), Map(8)], ["a", "b", "c", "d", "e", "f"], Tokens(8), "t").Layout();
        bool Shows(string axis) => layout.At($"{axis}.showticklabels").GetBoolean();
        Assert.Equal([true, false, false, true, false, false], ((string[])["yaxis", "yaxis2", "yaxis3", "yaxis4", "yaxis5", "yaxis6"]).Select(Shows));
        Assert.Equal([false, false, false, true, true, true], ((string[])["xaxis", "xaxis2", "xaxis3", "xaxis4", "xaxis5", "xaxis6"]).Select(Shows));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_with_the_numbers()
    {
        Assert.Contains("5 × 5, and there are 4 tokens", Assert.Throws<ArgumentException>(() => Kit.Plot.AttentionMap(Map(5), Tokens(4), "t")).Message);
        Assert.Contains("2 × 3", Assert.Throws<ArgumentException>(() => Kit.Plot.AttentionMap(new float[2, 3], Tokens(2), "t")).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.AttentionMap(new double[0, 0], [], "t"));
        Assert.Contains("1 names for 2 maps", Assert.Throws<ArgumentException>(() => Kit.Plot.HeadMaps([Map(3), Map(3)], ["a"], Tokens(3), "t")).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.HeadMaps([Map(3), Map(4)], ["a", "b"], Tokens(3), "t"));
        Assert.Throws<ArgumentException>(() => Kit.Plot.HeadMaps([], [], Tokens(3), "t"));
        Assert.Contains("25 maps", Assert.Throws<ArgumentException>(() => Kit.Plot.HeadMaps([.. Enumerable.Repeat(Map(3), 25)], [.. Enumerable.Repeat("a", 25)], Tokens(3), "t")).Message);
    }
}
