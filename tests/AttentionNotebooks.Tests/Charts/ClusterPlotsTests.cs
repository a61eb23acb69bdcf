using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Charts;

public class ClusterPlotsTests
{
    [Fact]
    public void The_scatter_has_every_head_once_and_clusters_differ_in_colour_and_symbol()
    {
        var xy = Enumerable.Range(0, 144).Select(i => new double[] { i / 12.0, i % 12 }).ToArray();
        var marks = Kit.Plot.ClusterScatter(Sample, xy, "x", "y").AllData().Where(t => t.GetProperty("mode").GetString() == "markers")
            .ToArray();
        Assert.Equal(["0 · low &lt;b&gt; (72)", "1 · middle (48)", "2 · high (24)"], marks.Select(m => m.GetProperty("name").GetString()));
        Assert.Equal(144, marks.SelectMany(m => m.GetProperty("customdata").Texts()).Distinct().Count());
        Assert.Equal(3, marks.Select(m => m.At("marker.color").GetString()).Distinct().Count());
        Assert.Equal(3, marks.Select(m => m.At("marker.symbol").GetString()).Distinct().Count());
        int at = Array.IndexOf(marks[1].GetProperty("customdata").Texts(), "7-9");
        Assert.Equal((7.75, 9), (marks[1].GetProperty("x").Numbers()[at], marks[1].GetProperty("y").Numbers()[at]));
    }

    [Fact]
    public void A_hull_runs_round_the_corners_and_leaves_inner_points_out()
    {
        var table = new HeadTable(new HeadGrid(1, 6), ["a"], [[0, 1, 2, 3, 4, 5]]);
        double[][] xy = [[0, 0], [4, 0], [4, 4], [0, 4], [2, 2], [2, 0]]; // the last one lies on an edge
        var traces = Kit.Plot.ClusterScatter(Cluster(table, [0, 0, 0, 0, 0, 0], ["all"]), xy, "x", "y").AllData();
        Assert.Equal(2, traces.Length);
        Assert.Equal([0, 4, 4, 0, 0], traces[0].GetProperty("x").Numbers());
        Assert.Equal([0, 0, 4, 4, 0], traces[0].GetProperty("y").Numbers());
        Assert.Equal("toself", traces[0].GetProperty("fill").GetString());
    }

    [Fact]
    public void Two_heads_have_no_hull()
    {
        var table = new HeadTable(new HeadGrid(1, 2), ["a"], [[0, 1]]);
        Assert.Single(Kit.Plot.ClusterScatter(Cluster(table, [0, 0], ["all"]), [[0, 0], [1, 1]], "x", "y").AllData());
    }

    [Fact]
    public void The_scatter_refuses_points_that_are_not_one_per_head()
    {
        Assert.Contains("3 points for 144 heads",
            Assert.Throws<ArgumentException>(() => Kit.Plot.ClusterScatter(Sample, [[0, 0], [0, 0], [0, 0]], "x", "y")).Message);
        Assert.Throws<ArgumentException>(() => Kit.Plot.ClusterScatter(Sample, [.. Enumerable.Repeat(new double[] { 1 }, 144)], "x", "y"));
    }

    [Fact]
    public void The_grid_shows_each_heads_cluster_in_the_clusters_colour()
    {
        var figure = Kit.Plot.ClusterGrid(Sample);
        Assert.Equal(Sample.Labels, figure.Data().GetProperty("z").Matrix().SelectMany(row => row).Select(v => (int)v));
        var scale = figure.Data().GetProperty("colorscale").EnumerateArray().Select(s => s[1].GetString()).ToArray();
        var legend = figure.AllData().Skip(1).ToArray();
        Assert.Equal(3, legend.Length);
        for (int n = 0; n < 3; n++)
        {
            Assert.Equal(legend[n].At("marker.color").GetString(), scale[2 * n]); // where the cluster's step begins
            Assert.Equal(scale[2 * n], scale[2 * n + 1]);                         // and where it ends
        }
    }

    [Fact]
    public void Profiles_are_cluster_means_in_standard_deviations_from_the_mean_head()
    {
        var figure = Kit.Plot.ClusterProfiles(Sample);
        double[][] z = figure.Data().GetProperty("z").Matrix();
        Assert.Equal(3, z.Length);
        // "position" is 0…143: mean 71.5, population standard deviation √((144² − 1) / 12); the middle cluster has 72…119, mean 95.5.
        Assert.Equal((95.5 - 71.5) / Math.Sqrt((144 * 144 - 1) / 12.0), z[1][0], 4);
        Assert.Equal(95.5, figure.Data().GetProperty("customdata")[1][0].GetDouble());
        Assert.Equal(Table.Features, figure.Layout().At("xaxis.ticktext").Texts());
        Assert.Equal("0 · low &lt;b&gt; (72)", figure.Layout().At("yaxis.ticktext")[0].GetString());
        Assert.Equal(-figure.Data().GetProperty("zmin").GetDouble(), figure.Data().GetProperty("zmax").GetDouble());
    }

    [Fact]
    public void A_feature_that_is_the_same_everywhere_has_a_profile_of_zero()
    {
        var table = new HeadTable(new HeadGrid(1, 2), ["flat"], [[3, 3]]);
        Assert.Equal(0, Kit.Plot.ClusterProfiles(Cluster(table, [0, 1], ["a", "b"])).Data().GetProperty("z")[1][0].GetDouble());
    }

    [Fact]
    public void Silhouette_bars_are_sorted_within_their_cluster_and_none_is_lost()
    {
        var traces = Kit.Plot.SilhouetteByHead(Sample).AllData();
        Assert.Equal([72, 48, 24], traces.Select(t => t.GetProperty("x").GetArrayLength()));
        Assert.All(traces, t => Assert.Equal(t.GetProperty("x").Numbers().OrderDescending(), t.GetProperty("x").Numbers()));
        var rows = traces.SelectMany(t => t.GetProperty("y").Numbers()).ToArray();
        Assert.Equal(144, rows.Distinct().Count());
    }

    [Fact]
    public void The_best_k_is_marked_unless_another_is_chosen()
    {
        (int, double)[] values = [(2, 0.5), (3, 0.7), (4, 0.6)];
        Assert.Equal("k = 3: 0.700", Kit.Plot.SilhouetteByK(values).Data(1).GetProperty("text")[0].GetString());
        Assert.Equal("k = 4: 0.600", Kit.Plot.SilhouetteByK(values, chosen: 4).Data(1).GetProperty("text")[0].GetString());
    }
}
