using System.Text.Json;
using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Charts;

/// <summary>The chart of columns by layer.</summary>
public class LayerPlotsTests
{
    private static readonly HeadTable Shallow = new(new HeadGrid(6, 2), ["position", "signed"],
        [[.. Enumerable.Range(0, 12).Select(i => (double)i)], [.. Enumerable.Range(0, 12).Select(i => -(double)i)]]);

    [Fact]
    public void Every_head_is_a_point_near_its_layer_and_the_line_is_the_mean()
    {
        var figure = Kit.Plot.LayerProfile(Table, ["position"]);
        var heads = Drawn(figure).Single(IsHeads);
        Assert.Equal(Table.Column("position").Values, heads.GetProperty("y").Numbers());
        Assert.Equal("7-9", heads.GetProperty("customdata")[7 * 12 + 9].GetString());
        double[] x = heads.GetProperty("x").Numbers();
        for (int i = 0; i < 144; i++) Assert.Equal(i / 12, (int)Math.Round(x[i]));
        // In a layer from left to right by number, and each layer the same.
        Assert.Equal(x[..12].Order(), x[..12]);
        for (int h = 0; h < 12; h++) Assert.Equal(x[h] + 5, x[60 + h], 1e-3);
        var mean = Drawn(figure).Single(IsMean);
        Assert.Equal(Enumerable.Range(0, 12).Select(l => 12 * l + 5.5), mean.GetProperty("y").Numbers());
        Assert.Equal(Enumerable.Range(0, 12).Select(l => (double)l), mean.GetProperty("x").Numbers());
        Assert.Contains("position: highest in layer 11 (138), lowest in layer 0 (5.5); layers 4 to 7 minus the others 0.", figure.Caption);
    }

    [Fact]
    public void A_table_alone_has_a_band_of_one_standard_deviation_and_the_legend_says_so()
    {
        var figure = Kit.Plot.LayerProfile(Table, ["position"]);
        // 12 numbers in a row: variance (12² − 1)/12.
        double spread = Math.Sqrt(143 / 12.0);
        var band = Drawn(figure).Single(IsBand);
        double[] y = band.GetProperty("y").Numbers();
        Assert.Equal(24, y.Length);
        Assert.Equal(5.5 + spread, y[0], 1e-3);
        Assert.Equal(5.5 - spread, y[23], 1e-3);
        Assert.False(Drawn(figure).Single(IsMean).TryGetProperty("error_y", out _));
        Assert.Equal(["head", "mean of the layer's heads", "± 1 standard deviation of the heads"], Legend(figure));
        Assert.Contains("not how sure the mean is", figure.Caption);
    }

    [Fact]
    public void Values_per_text_give_bars_of_the_interval_and_the_band_is_there_on_request()
    {
        var values = Features.Corpus.Source().Record([DistanceFeatures.MeanDistance, StructureFeatures.BestOffsetMass]);
        var profiles = LayerProfile.Compute(values, "mean_distance", "best_offset_mass");
        var figure = Kit.Plot.LayerProfile(values, ["mean_distance", "best_offset_mass"]);
        Assert.DoesNotContain(Drawn(figure), IsBand);
        foreach (var (trace, profile) in Drawn(figure).Where(IsMean).Zip(profiles))
        {
            Assert.Equal(profile.Layers.Select(l => l.Mean.High - l.Mean.Value), trace.At("error_y.array").Numbers(), Near);
            Assert.Equal(profile.Layers.Select(l => l.Mean.Value - l.Mean.Low), trace.At("error_y.arrayminus").Numbers(), Near);
        }
        Assert.Equal(["head", "mean of the layer's heads", "95 % interval of the mean over 6 texts"], Legend(figure));
        Assert.Equal(Kit.Plot.LayerProfile(values.ToTable(), ["mean_distance"]).Layout().At("xaxis.title.text").GetString(),
            figure.Layout().At("xaxis.title.text").GetString());
        Assert.Equal(2, Drawn(Kit.Plot.LayerProfile(values, ["mean_distance", "best_offset_mass"], band: true)).Count(IsBand));
        Assert.DoesNotContain(Drawn(Kit.Plot.LayerProfile(Table, ["position"], band: false)), IsBand);
        static bool Near(double a, double b) => Math.Abs(a - b) <= 1e-4 * (1 + Math.Abs(a));
    }

    [Fact]
    public void Columns_stand_side_by_side_each_with_its_own_axis_and_unit()
    {
        var figure = Kit.Plot.LayerProfile(Table.With("nats", "nats", Table.Column("layer")), ["position", "nats"], "title");
        var layout = figure.Layout();
        Assert.Equal(("position", "nats (nats)"), (layout.At("yaxis.title.text").GetString(), layout.At("yaxis2.title.text").GetString()));
        Assert.Equal("layer (from 0)", layout.At("xaxis2.title.text").GetString());
        Assert.True(layout.At("xaxis.domain").Numbers()[1] < layout.At("xaxis2.domain").Numbers()[0]);
        Assert.Equal(["x", "x2"], Drawn(figure).Where(IsHeads).Select(t => t.TryGetProperty("xaxis", out var x) ? x.GetString() : "x"));
        Assert.Contains("nats %{y:.4~g} nats", Drawn(figure).Last(IsHeads).GetProperty("hovertemplate").GetString());
        // Four are two by two.
        var four = Kit.Plot.LayerProfile(Table.With("a", Table.Column("layer")), ["position", "signed", "layer", "a"]).Layout();
        Assert.Equal(four.At("xaxis.domain").Numbers(), four.At("xaxis3.domain").Numbers());
        Assert.True(four.At("yaxis3.domain").Numbers()[1] < four.At("yaxis.domain").Numbers()[0]);
    }

    [Fact]
    public void Models_of_equal_depth_share_layer_numbers_and_stand_beside_one_another()
    {
        var figure = Kit.Plot.LayerProfile([("BERT", Table), ("<other>", Table)], ["position"]);
        Assert.Equal("layer (from 0)", figure.Layout().At("xaxis.title.text").GetString());
        double[][] x = [.. Drawn(figure).Where(IsHeads).Select(t => t.GetProperty("x").Numbers())];
        for (int l = 0; l < 12; l++)
        {
            Assert.True(x[0][(12 * l)..(12 * l + 12)].Max() < x[1][(12 * l)..(12 * l + 12)].Min());
            Assert.All(x[0].Concat(x[1]).Where((_, i) => i % 144 / 12 == l), v => Assert.InRange(v, l - 0.5, l + 0.5));
        }
        var means = Drawn(figure).Where(IsMean).ToArray();
        Assert.Equal(2, means.Select(m => m.At("marker.color").GetString()).Distinct().Count());
        Assert.Equal(2, means.Select(m => m.At("marker.symbol").GetString()).Distinct().Count());
        Assert.Equal(["BERT", "&lt;other&gt;", "head", "± 1 standard deviation of the heads"], Legend(figure));
    }

    [Fact]
    public void Models_of_different_depth_stand_at_their_relative_depth_and_the_axis_says_so()
    {
        var figure = Kit.Plot.LayerProfile([("deep", Table), ("shallow", Shallow)], ["position"]);
        Assert.Equal("relative depth (0: bottom, 1: top)", figure.Layout().At("xaxis.title.text").GetString());
        double[][] x = [.. Drawn(figure).Where(IsMean).Select(t => t.GetProperty("x").Numbers())];
        for (int l = 0; l < 12; l++) Assert.Equal((l + 0.5) / 12, x[0][l], 1e-4);
        for (int l = 0; l < 6; l++) Assert.Equal((l + 0.5) / 6, x[1][l], 1e-4);
        Assert.Contains("different numbers of layers", figure.Caption);
    }

    [Fact]
    public void A_reference_is_a_line_in_the_panel_of_its_feature()
    {
        var figure = Kit.Plot.LayerProfile(Table, ["signed", "position"], references: [("position", 71.5, "uniform")]);
        var line = Drawn(figure).Single(t => t.GetProperty("mode").GetString() == "lines+text");
        Assert.Equal([71.5, 71.5], line.GetProperty("y").Numbers());
        Assert.Equal("x2", line.GetProperty("xaxis").GetString());
        Assert.Equal("uniform", line.GetProperty("text")[0].GetString());
    }

    [Fact]
    public void A_head_without_a_value_is_no_point_and_a_layer_without_any_is_a_gap()
    {
        var table = new HeadTable(new HeadGrid(3, 2), ["x"], [[1, double.NaN, double.NaN, double.NaN, 5, 7]]);
        var figure = Kit.Plot.LayerProfile(table, ["x"]);
        Assert.Equal([1, 5, 7], Drawn(figure).Single(IsHeads).GetProperty("y").Numbers());
        Assert.Equal([1, double.NaN, 6], Drawn(figure).Single(IsMean).GetProperty("y").Numbers());
        Assert.Equal(4, Drawn(figure).Single(IsBand).GetProperty("y").GetArrayLength());
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        Assert.Contains("Did you mean position?", Assert.Throws<InputException>(() => Kit.Plot.LayerProfile(Table, ["positon"])).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.LayerProfile(Table, []));
        Assert.Contains("no head has a value of none", Assert.Throws<ArgumentException>(() => Kit.Plot.LayerProfile(
            Table.With("none", [.. Enumerable.Repeat(double.NaN, 144)]), ["none"])).Message);
        Assert.Contains("7 features are too many", Assert.Throws<ArgumentException>(() => Kit.Plot.LayerProfile(Table,
            [.. Enumerable.Repeat("position", 7)])).Message);
        Assert.Contains("which is not drawn", Assert.Throws<ArgumentException>(() => Kit.Plot.LayerProfile(Table, ["position"],
            references: [("signed", 0, "none")])).Message);
        Assert.Contains("model \"b\" has the columns signed instead of position", Assert.Throws<ArgumentException>(() =>
            Kit.Plot.LayerProfile([("a", LayerProfile.Compute(Table, "position")), ("b", LayerProfile.Compute(Table, "signed"))])).Message);
    }

    [Fact]
    public void A_profile_shown_by_itself_is_a_table()
    {
        Kit.Start();
        var profiles = LayerProfile.Compute(new HeadTable(new HeadGrid(3, 2), ["x"], [[1, 3, 2, 2, 4, 8]]), "x");
        string shown = Microsoft.DotNet.Interactive.Formatting.Formatter.ToDisplayString(profiles, "text/plain");
        Assert.Contains("2 ± 1", shown);
        Assert.Contains("6 ± 2", shown);
        Assert.Contains("-2", shown);
        Assert.Contains("standard deviation of the layer's heads", shown);
    }

    private static IEnumerable<JsonElement> Drawn(Figure figure) =>
        figure.AllData().Where(t => t.GetProperty("x")[0].ValueKind != JsonValueKind.Null);

    private static bool IsHeads(JsonElement trace) => trace.GetProperty("mode").GetString() == "markers";

    private static bool IsMean(JsonElement trace) => trace.GetProperty("mode").GetString() == "lines+markers";

    private static bool IsBand(JsonElement trace) => trace.TryGetProperty("fill", out _);

    private static IEnumerable<string?> Legend(Figure figure) => figure.AllData()
        .Where(t => !t.TryGetProperty("showlegend", out var shown) || shown.GetBoolean()).Select(t => t.GetProperty("name").GetString());
}
