using AttentionNotebooks.Tests.Clustering;
using static AttentionNotebooks.Tests.Charts.ChartSamples;

namespace AttentionNotebooks.Tests.Charts;

public class EvidencePlotsTests
{
    private static readonly IReadOnlyList<(string, IReadOnlyList<HeadClustering>)> Views =
    [
        ("all", [.. new[] { 2, 3, 4, 5 }.Select(k => Golden.RealTable.Cluster(k, algorithm: ClusterAlgorithms.Ward))]),
        ("distance", [.. new[] { 2, 3, 4, 5 }.Select(k =>
            Golden.RealTable.Cluster(k, ["mean_distance"], algorithm: ClusterAlgorithms.Ward))]),
    ];

    private static readonly Projection[] Pictures =
        [Projection.Pca(HeadSpace.OfPoints(Golden.Real)),
            Projection.Features(HeadSpace.OfPoints(Golden.Real), Golden.RealTable, "mean_distance", "entropy")];

    private static readonly Figure Explorer = Kit.Plot.ClusterExplorer(Views, Pictures, 4);

    [Fact]
    public void The_explorer_begins_at_k_with_the_first_features_and_picture()
    {
        var traces = Explorer.AllData();
        Assert.Equal([true, false, true, false], traces.Select(t => t.GetProperty("visible").GetBoolean()));
        Assert.Equal(2, Explorer.Layout().At("sliders")[0].GetProperty("active").GetInt32());
        // the colours of all other charts
        Assert.Equal(Views[0].Item2[2].Labels.Select(l => (double)l), traces[0].At("marker.color").Numbers());
        Assert.Equal(traces[0].At("marker.color").Numbers(), traces[2].At("marker.color").Numbers());
        Assert.Equal(Pictures[0].Coordinates[17][1], traces[0].GetProperty("y").Numbers()[17], 1e-3);
        Assert.Equal((5, 1), (traces[2].GetProperty("x").Numbers()[17], traces[2].GetProperty("y").Numbers()[17]));
        Assert.StartsWith("<b>1-5</b><br>mean_distance", traces[2].GetProperty("hovertext")[17].GetString());
    }

    [Fact]
    public void Every_step_of_the_slider_recolours_all_traces_and_rewrites_the_legends()
    {
        var steps = Explorer.Layout().At("sliders")[0].GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(["2", "3", "4", "5"], steps.Select(s => s.GetProperty("label").GetString()));
        for (int i = 0; i < 4; i++)
        {
            var style = steps[i].GetProperty("args")[0];
            Assert.Equal([0, 1, 2, 3], steps[i].GetProperty("args")[2].Numbers());
            for (int view = 0; view < 2; view++)
            {
                Assert.Equal(Views[view].Item2[i].Labels.Select(l => (double)l), style.GetProperty("text")[2 + view].Numbers());
                Assert.Equal(1, Validity.AdjustedRand(Views[view].Item2[i].Labels,
                    [.. style.GetProperty("marker.color")[view].Numbers().Select(c => (int)c)]));
                Assert.Contains(Views[view].Item2[i].Clusters[0].Name, steps[i].GetProperty("args")[1]
                    .GetProperty($"annotations[{view}].text").GetString());
            }
        }
    }

    [Fact]
    public void A_cluster_keeps_its_colour_as_k_grows()
    {
        // Ward's clusters are nested: from one k to the next all heads but those of the part split off keep their colour.
        var steps = Explorer.Layout().At("sliders")[0].GetProperty("steps");
        for (int i = 1; i < 4; i++)
        {
            double[] Colours(int at) => steps[at].GetProperty("args")[0].GetProperty("marker.color")[0].Numbers();
            int changed = Colours(i - 1).Zip(Colours(i)).Count(c => c.First != c.Second);
            Assert.Contains(Views[0].Item2[i].Clusters, c => c.Heads.Count == changed);
        }
    }

    [Fact]
    public void The_menus_change_visibility_and_coordinates_and_nothing_that_the_slider_does()
    {
        var menus = Explorer.Layout().At("updatemenus");
        var features = menus[0].GetProperty("buttons")[1].GetProperty("args");
        Assert.Equal([false, true, false, true], features[0].GetProperty("visible").EnumerateArray().Select(v => v.GetBoolean()));
        Assert.True(features[1].GetProperty("annotations[1].visible").GetBoolean());
        var picture = menus[1].GetProperty("buttons")[1].GetProperty("args");
        Assert.Equal(["x", "y"], picture[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(Golden.RealTable.Column("mean_distance")[9], picture[0].GetProperty("x")[0].Numbers()[9], 1e-3);
        Assert.Equal([0, 1], picture[2].Numbers());
        Assert.Equal("entropy", picture[1].GetProperty("yaxis.title.text").GetString());
    }

    [Fact]
    public void What_cannot_be_explored_is_refused()
    {
        Assert.Contains("k = 9", Assert.Throws<ArgumentException>(() => Kit.Plot.ClusterExplorer(Views, Pictures, 9)).Message);
        Assert.Contains("no projections", Assert.Throws<ArgumentException>(() => Kit.Plot.ClusterExplorer(Views, [], 4)).Message);
        Assert.Contains("numbers of clusters differ",
            Assert.Throws<ArgumentException>(() => Kit.Plot.ClusterExplorer([Views[0], ("less", [.. Views[1].Item2.Skip(1)])], Pictures,
                4)).Message);
    }

    [Fact]
    public void The_consensus_is_ordered_by_cluster_the_surest_heads_first()
    {
        var clustering = Views[0].Item2[2];
        var report = Stability.OverHeads(clustering, draws: 10)!;
        var trace = Kit.Plot.ConsensusMatrix(report, clustering).Data();
        int[] at = [.. trace.GetProperty("y").Texts().Select(h => clustering.Grid.PositionOf(Head.Parse(h)))];
        Assert.Equal(144, at.Distinct().Count());
        Assert.Equal(clustering.Labels.Order(), at.Select(i => clustering.Labels[i]));
        Assert.True(report.OwnCluster[at[0]] >= report.OwnCluster[at[1]]);
        Assert.Equal(report.Consensus[at[3], at[80]], trace.GetProperty("z").Matrix()[3][80], 0.006);
        Assert.Throws<ArgumentException>(() => Kit.Plot.ConsensusMatrix(report with { Consensus = new double[2, 2] }, clustering));
    }

    [Fact]
    public void A_null_has_its_observed_value_in_sight()
    {
        var figure = Kit.Plot.NullHistogram([0.1, 0.12, 0.2], 0.5, "silhouette", "null");
        Assert.Equal(3, figure.Data().GetProperty("x").Numbers().Length);
        Assert.Equal(0.5, figure.Layout().At("shapes")[0].GetProperty("x0").GetDouble());
        double[] range = figure.Layout().At("xaxis.range").Numbers();
        Assert.True(range[0] < 0.1 && range[1] > 0.5);
        Assert.Throws<ArgumentException>(() => Kit.Plot.NullHistogram([], 1, "", ""));
    }
}
