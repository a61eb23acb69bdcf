using System.Text.Json;
using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Charts;

public class PlotsTests
{
    private static readonly double[][] _xy = [.. Enumerable.Range(0, 144).Select(i => new[] { i / 12.0, i % 12 })];

    private static HeadTable InTokens => Table.With("position", "tokens", Table.Column("position"));

    private static readonly Dictionary<string, Func<Figure>> _charts = new()
    {
        ["AttentionMap"] = () => Kit.Plot.AttentionMap(Map(9), Tokens(9), "title"),
        ["HeadMaps"] = () => Kit.Plot.HeadMaps([Map(9), Map(9), Map(9)], ["0-1", "2-3", "4-5"], Tokens(9), "title"),
        ["HeadGrid"] = () => Kit.Plot.HeadGrid(InTokens, "position", "title"),
        ["Distribution"] = () => Kit.Plot.Distribution(InTokens, "position", "title"),
        ["LayerProfile"] = () => Kit.Plot.LayerProfile(InTokens, ["position", "signed"], "title"),
        ["ClusterScatter"] = () => Kit.Plot.ClusterScatter(Sample, _xy, "layer", "head", "title"),
        ["ClusterGrid"] = () => Kit.Plot.ClusterGrid(Sample, "title"),
        ["ClusterProfiles"] = () => Kit.Plot.ClusterProfiles(Sample, "title"),
        ["ClusterFunctions"] = () => Kit.Plot.ClusterFunctions(
            ClusterSynthesis.Compute(Sample, [LayerNumber.Of(Grid), Table.Column("signed")], draws: 50), "title"),
        ["HeadLinks"] = () => Kit.Plot.HeadLinks(Maps(), title: "title"),
        ["Tree"] = () => Kit.Plot.Tree(Dendrogram.Of(Sample.Space, Linkage.Average), Sample, "title"),
        ["SilhouetteByK"] = () => Kit.Plot.SilhouetteByK([(2, 0.5), (3, 0.7), (4, 0.6)], title: "title"),
        ["SilhouetteByHead"] = () => Kit.Plot.SilhouetteByHead(Sample, "title"),
        ["Bars"] = () => Kit.Plot.Bars(["a", "b"], [1, 2], "value (nats)", "title", "caption"),
        ["Lines"] = () => Kit.Plot.Lines([0, 1, 2], [("one", [1, 2, 3]), ("two", [3, 2, 1])], "layer", "value (nats)", "title", "caption"),
    };

    // Two layers of two heads on three words: every head looks at the next token.
    private static TextMaps Maps()
    {
        float[] next = [0, 1, 0, 0, 0, 1, 1, 0, 0];
        return new TextMaps(new AttentionText("t", 3, ["a", "b", "c"], null), new HeadGrid(2, 2),
            [.. Enumerable.Repeat(next, 4).SelectMany(m => m)]);
    }

    public static TheoryData<string> Charts => [.. _charts.Keys];

    [Theory, MemberData(nameof(Charts))]
    public void Every_chart_draws_something_and_says_what(string chart)
    {
        var figure = _charts[chart]();
        var whole = JsonDocument.Parse(figure.ToJson()).RootElement;
        Assert.NotEqual(0, whole.GetProperty("data").GetArrayLength());
        Assert.All(whole.GetProperty("data").EnumerateArray(),
            trace => Assert.True(trace.TryGetProperty("z", out var z) ? z.GetArrayLength() > 0
                : trace.GetProperty("x").GetArrayLength() > 0));
        Assert.Equal("<b>title</b>", whole.At("layout.title.text").GetString());
        Assert.NotEmpty(figure.Caption);
        Assert.Equal(figure.Caption, whole.At("layout.meta.caption").GetString());
        Assert.InRange(whole.At("layout.width").GetInt32(), 240, 800);
        Assert.False(whole.At("layout").TryGetProperty("template", out _));
        Assert.DoesNotContain("NaN", figure.ToJson());
    }

    [Theory]
    [InlineData("AttentionMap", "attended token (key)", "attending token (query)")]
    [InlineData("HeadGrid", "head", "layer")]
    [InlineData("Distribution", "position (tokens)", "layer")]
    [InlineData("LayerProfile", "layer (from 0)", "position (tokens)")]
    [InlineData("ClusterScatter", "layer", "head")]
    [InlineData("ClusterGrid", "head", "layer")]
    [InlineData("ClusterProfiles", null, "cluster")]
    [InlineData("ClusterFunctions", null, "cluster")]
    [InlineData("Tree", "head", "distance of the groups joined")]
    [InlineData("SilhouetteByK", "number of clusters k", "mean silhouette (−1 to 1)")]
    [InlineData("SilhouetteByHead", "silhouette (−1 to 1)", null)]
    [InlineData("Bars", "value (nats)", null)]
    [InlineData("Lines", "layer", "value (nats)")]
    public void Axes_are_named(string chart, string? x, string? y)
    {
        var layout = _charts[chart]().Layout();
        if (x is not null) Assert.Equal(x, layout.At("xaxis.title.text").GetString());
        if (y is not null) Assert.Equal(y, layout.At("yaxis.title.text").GetString());
    }

    [Theory]
    [InlineData("HeadGrid", 4)]
    [InlineData("ClusterGrid", 4)]
    [InlineData("ClusterScatter", 8)]
    [InlineData("SilhouetteByHead", 8)]
    [InlineData("Distribution", 8)]
    public void A_chart_of_144_heads_is_a_few_kilobytes(string chart, int kilobytes) =>
        Assert.InRange(_charts[chart]().ToJson().Length, 500, kilobytes * 1024);

    [Fact]
    public void A_cluster_s_cell_is_numbered_only_where_it_is_sure_and_bracketed_where_its_layers_explain_it()
    {
        // The sample's clusters are layers, so that layers explain whatever sets them apart.
        var noise = new HeadColumn(new ColumnInfo("noise", "nats", Kind: MeasureKind.Importance),
            [.. Enumerable.Range(0, 144).Select(i => i * 89 % 144 / 144.0)]);
        var data = Kit.Plot.ClusterFunctions(ClusterSynthesis.Compute(Sample, [LayerNumber.Of(Grid), noise])).Data();
        Assert.Equal(["(−1.0)", ""], data.GetProperty("text")[0].Texts());
        Assert.Equal(-1, data.GetProperty("z")[0][0].GetDouble());
    }

    [Fact]
    public void Links_are_drawn_as_strong_as_their_weights_and_every_head_can_be_chosen()
    {
        var figure = Kit.Plot.HeadLinks(Maps(), new Head(1, 0));
        // Head 1-0 of the sample puts all on the next token: three links of full strength, of the weaker ones nothing but a gap.
        Assert.Equal([1, 1, 1, 3], Enumerable.Range(0, 4)
            .Select(t => figure.Data(t).GetProperty("x").EnumerateArray().Count(v => v.ValueKind == System.Text.Json.JsonValueKind.Null)));
        Assert.Equal([0, 0.1, 0.5, 0.9, 1], figure.Data(3).GetProperty("y").Numbers()[..5]);
        var slider = figure.Layout().GetProperty("sliders")[0];
        Assert.Equal(2, slider.GetProperty("steps").GetArrayLength());
        Assert.Equal(0, slider.GetProperty("active").GetInt32());
        var menu = figure.Layout().GetProperty("updatemenus")[0];
        Assert.Equal(["layer 0", "layer 1"], menu.GetProperty("buttons").EnumerateArray().Select(b => b.GetProperty("label").GetString()));
        Assert.Equal(1, menu.GetProperty("active").GetInt32());
        Assert.Contains("1.000 b", figure.Data(4).GetProperty("hovertext")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tree_s_brackets_stand_at_the_merges_heights_over_their_two_groups()
    {
        var tree = Dendrogram.Of(Sample.Space, Linkage.Ward);
        var lines = Kit.Plot.Tree(tree, Sample).AllData().Where(t => t.GetProperty("mode").GetString() == "lines").ToArray();
        double[] heights = [.. lines.SelectMany(l => l.GetProperty("y").Numbers().Chunk(5).Select(b => b[1])).Order()];
        Assert.Equal(tree.Merges.Select(m => m.Height).Order(), heights, (a, b) => Math.Abs(a - b) <= 1e-4 * (1 + a));
        var brackets = lines.SelectMany(l => l.GetProperty("x").Numbers().Chunk(5).Select(b => (From: b[0], To: b[2]))).ToArray();
        Assert.Equal(143, brackets.Length);
        Assert.All(brackets, b => Assert.True(b.From < b.To));
    }

    [Fact]
    public void Numbers_are_rounded_to_five_digits_and_gaps_are_null()
    {
        var figure = Kit.Plot.Lines([0, 1, 2], [("y", [Math.PI * 1000, double.NaN, 1.0 / 3])], "x", "y", "t");
        Assert.Equal("[3141.6,null,0.33333]", figure.Data().GetProperty("y").GetRawText());
    }

    [Fact]
    public void A_head_grid_has_layers_as_rows_and_its_scale_begins_at_zero()
    {
        var trace = Kit.Plot.HeadGrid(Table, "position").Data();
        var z = trace.GetProperty("z").Matrix();
        Assert.Equal(12, z.Length);
        Assert.All(z, row => Assert.Equal(12, row.Length));
        Assert.Equal(Table[7, 9, "position"], z[7][9]);
        Assert.Equal(0, trace.GetProperty("zmin").GetDouble());
        Assert.Equal(143, trace.GetProperty("zmax").GetDouble());
    }

    [Fact]
    public void A_feature_of_both_signs_has_zero_in_the_middle_of_its_scale()
    {
        var trace = Kit.Plot.HeadGrid(Table, "signed").Data();
        Assert.Equal(-71.5, trace.GetProperty("zmin").GetDouble());
        Assert.Equal(71.5, trace.GetProperty("zmax").GetDouble());
        Assert.Equal("#FFFFFF", trace.GetProperty("colorscale")[4][1].GetString());
    }

    [Fact]
    public void A_head_grid_tells_the_extreme_heads() =>
        Assert.Contains("Highest: 11-11 (143), 11-10 (142), 11-9 (141); lowest: 0-0 (0)", Kit.Plot.HeadGrid(Table, "position").Caption);

    [Fact]
    public void A_misspelt_feature_is_an_input_error_that_names_the_right_one()
    {
        Assert.Contains("Did you mean position?", Assert.Throws<InputException>(() => Kit.Plot.HeadGrid(Table, "positon")).Message);
        Assert.Contains("Did you mean position?", Assert.Throws<InputException>(() => Kit.Plot.Distribution(Table, "positon")).Message);
    }

    [Fact]
    public void A_feature_without_any_value_cannot_be_drawn()
    {
        var empty = Table.With("none", [.. Enumerable.Repeat(double.NaN, 144)]);
        Assert.Throws<ArgumentException>(() => Kit.Plot.HeadGrid(empty, "none"));
        Assert.Throws<ArgumentException>(() => Kit.Plot.Distribution(empty, "none"));
    }

    [Fact]
    public void A_distribution_bins_every_head_and_shows_each_in_its_layer()
    {
        var figure = Kit.Plot.Distribution(Table, "position");
        var bins = figure.Data(0).GetProperty("xbins");
        Assert.True(bins.GetProperty("start").GetDouble() <= 0 && bins.GetProperty("end").GetDouble() > 143);
        Assert.Equal(144, figure.Data(1).GetProperty("x").GetArrayLength());
        Assert.Equal("7-9", figure.Data(1).GetProperty("customdata")[7 * 12 + 9].GetString());
        Assert.Equal(7, figure.Data(1).GetProperty("y")[7 * 12 + 9].GetInt32());
        Assert.Equal(71.5, figure.Layout().GetProperty("shapes")[0].GetProperty("x0").GetDouble()); // the median of 0…143
    }

    [Fact]
    public void Bars_keep_their_order_their_intervals_and_their_baseline()
    {
        var figure = Kit.Plot.Bars(["same", "same"], [0.5, 0.25], "accuracy", "t", "", low: [0.4, 0.2], high: [0.75, 0.3],
            baseline: [0.1, 0.2], baselineName: "chance");
        Assert.Equal([0.5, 0.25], figure.Data(0).GetProperty("x").Numbers());
        Assert.Equal([0, 1], figure.Data(0).GetProperty("y").Numbers());
        Assert.Equal([0.25, 0.05], figure.Data(0).At("error_x.array").Numbers());
        Assert.Equal([0.1, 0.05], figure.Data(0).At("error_x.arrayminus").Numbers());
        Assert.Equal([0.1, 0.2], figure.Data(1).GetProperty("x").Numbers());
        Assert.Equal("chance", figure.Data(1).GetProperty("name").GetString());
        Assert.Contains("chance %{x", figure.Data(1).GetProperty("hovertemplate").GetString());
        Assert.Equal(["same", "same"], figure.Layout().At("yaxis.ticktext").Texts());
        Assert.Equal("reversed", figure.Layout().At("yaxis.autorange").GetString());
    }

    [Fact]
    public void Series_differ_in_colour_dash_and_symbol()
    {
        var traces = Kit.Plot.Lines([1], [.. Enumerable.Range(0, 5).Select(i => ($"{i}", (IReadOnlyList<double>)[i]))], "x", "y", "t")
            .AllData();
        Assert.Equal(5, traces.Select(t => t.At("line.color").GetString()).Distinct().Count());
        Assert.Equal(5, traces.Select(t => t.At("line.dash").GetString()).Distinct().Count());
        Assert.Equal(5, traces.Select(t => t.At("marker.symbol").GetString()).Distinct().Count());
    }

    [Fact]
    public void Wrong_lengths_are_refused_with_the_numbers()
    {
        Assert.Contains("1 labels for 2 values", Assert.Throws<ArgumentException>(() => Kit.Plot.Bars(["a"], [1, 2], "v", "t")).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.Bars([], [], "v", "t"));
        Assert.Throws<ArgumentException>(() => Kit.Plot.Bars(["a"], [1], "v", "t", low: [0]));
        Assert.Throws<ArgumentException>(() => Kit.Plot.Bars(["a"], [1], "v", "t", baseline: [0, 1]));
        Assert.Contains("\"y\" has 1 values for 2 points",
            Assert.Throws<ArgumentException>(() => Kit.Plot.Lines([1, 2], [("y", [1])], "x", "y", "t")).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.Lines([1], [], "x", "y", "t"));
        Assert.Throws<ArgumentException>(() => Kit.Plot.SilhouetteByK([]));
        Assert.Contains("k = 9", Assert.Throws<ArgumentException>(() => Kit.Plot.SilhouetteByK([(2, 0.5)], chosen: 9)).Message);
    }
}
