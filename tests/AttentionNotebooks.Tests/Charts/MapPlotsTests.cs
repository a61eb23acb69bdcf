using System.Text.Json;
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

    private static readonly float[,] Halves = { { 0.5f, 0.5f, 0, 0 }, { 0.2f, 0, 0.3f, 0.5f }, { 0.25f, 0.15f, 0, 0.6f }, { 0, 0, 0, 1 } };
    private static readonly string[] HalvesTokens = ["[CLS]", "she", "ran", "[SEP]"];

    private static (JsonElement Trace, JsonElement Layout, string Label) Button(Figure figure, int at)
    {
        var button = figure.Layout().At("updatemenus")[0].GetProperty("buttons")[at];
        Assert.Equal("update", button.GetProperty("method").GetString());
        return (button.GetProperty("args")[0], button.GetProperty("args")[1], button.GetProperty("label").GetString()!);
    }

    [Fact]
    public void A_button_leaves_out_the_special_tokens_and_changes_no_weight()
    {
        var (trace, layout, label) = Button(Kit.Plot.AttentionMap(Halves, HalvesTokens, "t"), 1);
        Assert.Equal("words only", label);
        // Wrapped once, as plotly.js wants an array that is a property of one trace; the rows sum to 0.3 and 0.15, not to 1.
        Assert.Equal("[[[0,0.3],[0.15,0]]]", trace.GetProperty("z").GetRawText());
        Assert.Equal(0.3, trace.GetProperty("zmax").GetDouble(), 4);
        foreach (string axis in (string[])["xaxis", "yaxis"])
        {
            Assert.Equal(["she", "ran"], layout.GetProperty($"{axis}.ticktext").Texts());
            Assert.Equal([0, 1], layout.GetProperty($"{axis}.tickvals").Numbers());
        }
        Assert.Equal("reversed", layout.GetProperty("yaxis.autorange").GetString());
    }

    [Fact]
    public void The_other_button_brings_back_what_the_map_began_with()
    {
        var figure = Kit.Plot.AttentionMap(Halves, HalvesTokens, "t");
        var (trace, layout, label) = Button(figure, 0);
        Assert.Equal("all tokens", label);
        Assert.Equal(figure.Data().GetProperty("z").GetRawText(), trace.GetProperty("z")[0].GetRawText());
        Assert.Equal(figure.Data().GetProperty("text").GetRawText(), trace.GetProperty("text")[0].GetRawText());
        Assert.Equal(figure.Data().GetProperty("zmax").GetDouble(), trace.GetProperty("zmax").GetDouble());
        Assert.Equal(figure.Layout().At("xaxis.ticktext").GetRawText(), layout.GetProperty("xaxis.ticktext").GetRawText());
        Assert.Equal(0, figure.Layout().At("updatemenus")[0].GetProperty("active").GetInt32());
    }

    [Fact]
    public void The_caption_says_what_the_button_does_and_there_is_none_where_nothing_is_special()
    {
        Assert.Contains("changes no weight", Kit.Plot.AttentionMap(Halves, HalvesTokens, "t", "mine").Caption);
        foreach (string[] tokens in (string[][])[["she", "saw", "[MASK]", "dog"], ["<s>", "</s>", "[PAD]", "[SEP]"]])
        {
            var figure = Kit.Plot.AttentionMap(Halves, tokens, "t", "mine");
            Assert.False(figure.Layout().TryGetProperty("updatemenus", out _));
            Assert.Equal("mine", figure.Caption);
        }
    }

    [Fact]
    public void The_pointer_tells_of_the_cell_its_row_and_its_column()
    {
        var figure = Kit.Plot.AttentionMap(Halves, HalvesTokens, "t");
        string hover = figure.Data().GetProperty("text")[1][2].GetString()!; // she → ran; ran's column: 0, 0.3, 0, 0
        Assert.Equal("<br>row: she looks most at [SEP] 0.50, ran 0.30<br>column: ran gets 0.08 on average, most from she", hover);
        string words = Button(figure, 1).Trace.GetProperty("text")[0][0][1].GetString()!; // the same cell among words only
        Assert.Equal("<br>row: she looks most at ran 0.30, she 0.00<br>column: ran gets 0.15 on average, most from she", words);
        Assert.All((string[])["xaxis", "yaxis"], axis => Assert.True(figure.Layout().At($"{axis}.showspikes").GetBoolean()));
        Assert.False(Kit.Plot.AttentionMap(Map(41), Tokens(41), "t").Data().TryGetProperty("text", out _));
    }

    [Fact]
    public void A_long_text_keeps_its_positions_without_special_tokens()
    {
        var trace = Button(Kit.Plot.AttentionMap(Map(128), Tokens(128), "t"), 1).Trace;
        string[] labels = trace.GetProperty("x")[0].Texts();
        Assert.Equal((126, "a<b 1".Replace("<", "&lt;")), (labels.Length, labels[0]));
        Assert.Equal(labels, trace.GetProperty("y")[0].Texts());
        Assert.Equal(126, trace.GetProperty("z")[0].GetArrayLength());
    }

    [Fact]
    public void Colours_begin_at_0_and_end_at_the_largest_weight()
    {
        // plotly.js takes a scale's ends only where both are given.
        var map = Kit.Plot.AttentionMap(new double[,] { { 0.4, 0.6 }, { 0.7, 0.3 } }, ["a", "b"], "t").Data();
        Assert.Equal((0, 0.7), (map.GetProperty("zmin").GetDouble(), map.GetProperty("zmax").GetDouble()));
        var scale = Kit.Plot.HeadMaps([new float[,] { { 0.5f, 0.5f }, { 0.5f, 0.5f } }, new float[,] { { 0.75f, 0.25f }, { 0.5f, 0.5f } }],
            ["0", "1"], ["a", "b"], "t").Layout().At("coloraxis");
        Assert.Equal((0, 0.75), (scale.GetProperty("cmin").GetDouble(), scale.GetProperty("cmax").GetDouble()));
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
        var figure = Kit.Plot.HeadMaps([.. Enumerable.Range(0, 12).Select(_ => Map(8))], [.. Enumerable.Range(0, 12).Select(i => $"0-{i}")],
            Tokens(8), "t");
        var traces = figure.AllData();
        Assert.Equal(12, traces.Length);
        Assert.All(traces, t => Assert.Equal("coloraxis", t.GetProperty("coloraxis").GetString()));
        Assert.Equal(12, traces.Select(t => t.GetProperty("xaxis").GetString()).Distinct().Count());
        var places = traces.Select(t => (X: figure.Layout().At($"xaxis{t.GetProperty("xaxis").GetString()![1..]}.domain").GetRawText(),
            Y: figure.Layout().At($"yaxis{t.GetProperty("yaxis").GetString()![1..]}.domain").GetRawText()));
        Assert.Equal(12, places.Distinct().Count());
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => $"<b>0-{i}</b>")], figure.Layout().GetProperty("annotations").EnumerateArray()
            .Select(a => a.GetProperty("text").GetString()!).ToArray());
    }

    [Fact]
    public void Only_the_outer_maps_carry_the_tokens()
    {
        var layout = Kit.Plot.HeadMaps([Map(8), Map(8), Map(8), Map(8), Map(8), Map(8)], ["a", "b", "c", "d", "e", "f"], Tokens(8), "t")
            .Layout();
        bool Shows(string axis) => layout.At($"{axis}.showticklabels").GetBoolean();
        Assert.Equal([true, false, false, true, false, false], ((string[])["yaxis", "yaxis2", "yaxis3", "yaxis4", "yaxis5", "yaxis6"])
            .Select(Shows));
        Assert.Equal([false, false, false, true, true, true], ((string[])["xaxis", "xaxis2", "xaxis3", "xaxis4", "xaxis5", "xaxis6"])
            .Select(Shows));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_with_the_numbers()
    {
        Assert.Contains("5 × 5, and there are 4 tokens",
            Assert.Throws<ArgumentException>(() => Kit.Plot.AttentionMap(Map(5), Tokens(4), "t")).Message);
        Assert.Contains("2 × 3", Assert.Throws<ArgumentException>(() => Kit.Plot.AttentionMap(new float[2, 3], Tokens(2), "t")).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.AttentionMap(new double[0, 0], [], "t"));
        Assert.Contains("1 names for 2 maps", Assert.Throws<ArgumentException>(() =>
            Kit.Plot.HeadMaps([Map(3), Map(3)], ["a"], Tokens(3), "t")).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.HeadMaps([Map(3), Map(4)], ["a", "b"], Tokens(3), "t"));
        Assert.Throws<ArgumentException>(() => Kit.Plot.HeadMaps([], [], Tokens(3), "t"));
        Assert.Contains("25 maps", Assert.Throws<ArgumentException>(() =>
            Kit.Plot.HeadMaps([.. Enumerable.Repeat(Map(3), 25)], [.. Enumerable.Repeat("a", 25)], Tokens(3), "t")).Message);
    }
}
