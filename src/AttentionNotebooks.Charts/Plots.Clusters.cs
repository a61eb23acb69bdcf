using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// Clusters of heads: in the plane, on the grid, and by what sets them apart.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure ClusterScatter(HeadClustering clustering, double[][] xy, string xTitle, string yTitle, string? title = null,
        string? caption = null)
    {
        Require(xy.Length == clustering.Grid.Count, $"{xy.Length} points for {clustering.Grid.Count} heads", nameof(xy));
        Require(xy.All(p => p.Length == 2), "a point does not have two coordinates", nameof(xy));
        title ??= $"{clustering.Grid.Count} heads in {clustering.Clusters.Count} clusters";
        var traces = new List<Trace>();
        foreach (var cluster in clustering.Clusters)
        {
            int n = cluster.Number;
            var points = cluster.Heads.Select(h => xy[clustering.Grid.PositionOf(h)]).ToArray();
            var hull = ConvexHull.Of(points);
            if (hull.Length > 2)
                traces.Add(new Trace("scatter").With("mode", "lines").With("x", hull.Append(hull[0]).Select(p => p[0]).ToArray())
                    .With("y", hull.Append(hull[0]).Select(p => p[1]).ToArray())
                    .With("fill", "toself").With("fillcolor", Style.Fade(Style.Colour(n), 0.1))
                    .With("line", new { color = Style.Fade(Style.Colour(n), 0.6), width = 1 })
                    .With("hoverinfo", "skip").With("legendgroup", $"{n}").With("showlegend", false));
            traces.Add(new Trace("scatter").With("mode", "markers").With("name", Style.Label(LegendName(cluster)))
                .With("legendgroup", $"{n}")
                .With("x", points.Select(p => p[0]).Gaps()).With("y", points.Select(p => p[1]).Gaps())
                .With("customdata", cluster.Heads.Select(h => h.ToString()).ToArray())
                .With("marker", new
                {
                    color = Style.Colour(n),
                    symbol = Style.Symbol(n),
                    size = Style.SymbolSize(n),
                    line = new { color = Style.Outline(n), width = 0.8 }
                })
                .With("hovertemplate",
                    $"<b>%{{customdata}}</b><br>{Style.Label(cluster.Name)}<br>(%{{x:.3~g}}, %{{y:.3~g}})<extra></extra>"));
        }
        var layout = Drawing.Layout(title, 460, (66, 48, 24, 56), legend: LegendNames(clustering))
            .With("xaxis", Drawing.Axis(Style.Label(xTitle), grid: true)).With("yaxis", Drawing.Axis(Style.Label(yTitle), grid: true));
        return Drawing.Finish(traces, layout, title, caption ??
            $"Each mark is a head; heads of one cluster share colour, symbol and outline. Mean silhouette "
            + $"{Style.Number(clustering.Silhouette)}: 1 is far apart, 0 is touching.");
    }

    /// <inheritdoc/>
    public Figure ClusterGrid(HeadClustering clustering, string? title = null, string? caption = null)
    {
        var grid = clustering.Grid;
        int k = clustering.Clusters.Count;
        title ??= "The cluster of every head";
        var rows = Enumerable.Range(0, grid.Layers).Select(l => clustering.Labels.Skip(l * grid.Heads).Take(grid.Heads).ToArray())
            .ToArray();
        var steps = Enumerable.Range(0, k).SelectMany(n =>
            new object[] { new object[] { n / (double)k, Style.Colour(n) }, new object[] { (n + 1) / (double)k, Style.Colour(n) } });
        var cells = new Trace("heatmap").With("z", rows).With("zmin", -0.5).With("zmax", k - 0.5).With("colorscale", steps.ToArray())
            .With("showscale", false)
            .With("xgap", 1).With("ygap", 1).With("texttemplate", "%{z}").With("textfont", new { size = 11 })
            .With("hovertemplate", "<b>%{y}-%{x}</b><br>cluster %{z}<extra></extra>");
        // Marks without a place: they only carry the legend, which a heatmap does not have.
        var legend = clustering.Clusters.Select(c => new Trace("scatter").With("mode", "markers").With("name", Style.Label(LegendName(c)))
            .With("x", new double?[] { null }).With("y", new double?[] { null })
            .With("marker", new { color = Style.Colour(c.Number), symbol = "square", size = 12 }));
        return Drawing.Finish([cells, .. legend], GridLayout(title, grid, 24, LegendNames(clustering)), title, caption ??
            "Layer 0 is at the bottom; the number in a cell is the head's cluster. Clusters that fill whole rows belong to a depth of the "
            + "model, scattered ones to single heads.");
    }

    /// <inheritdoc/>
    public Figure ClusterProfiles(HeadClustering clustering, string? title = null, string? caption = null)
    {
        var features = clustering.Table.Features;
        title ??= "What sets the clusters apart";
        var scales = features.Select(f => ColumnScale.Of(clustering.Table.Column(f))).ToArray();
        double[][] scores = [.. clustering.Clusters.Select(c => features.Select((f, i) => scales[i].Score(c.Means[f])).ToArray())];
        double[][] means = [.. clustering.Clusters.Select(c => features.Select(f => c.Means[f]).ToArray())];
        double largest = Math.Max(1, scores.SelectMany(s => s).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max());
        int k = clustering.Clusters.Count, bottom = 30 + 6 * features.Max(f => f.Length);
        // As text, since plotly.js' number formats cannot begin with a sign.
        var signed = scores.Select(s => s.Select(z => z.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture)).ToArray()).ToArray();
        var trace = new Trace("heatmap").With("z", scores.Select(s => s.Gaps()).ToArray()).With("customdata", means).With("text", signed)
            .With("colorscale", Style.DivergingScale).With("zmin", -largest).With("zmax", largest).With("xgap", 1).With("ygap", 1)
            .With("colorbar", Drawing.ColourBar("standard deviations"))
            .With("texttemplate", features.Count <= 16 ? "%{text}" : null).With("textfont", features.Count <= 16 ? new { size = 11 } : null)
            .With("hovertemplate", "<b>%{y}</b><br>%{x}: mean %{customdata:.4~g}, %{text} sd<extra></extra>");
        var layout = Drawing.Layout(title, Math.Max(180, 44 * k), (190, 48, 100, bottom)).With("plot_bgcolor", Style.Faint)
            .With("xaxis", Drawing.Axis("").Ticks(Enumerable.Range(0, features.Count).Select(i => (double)i), features.Select(Style.Label))
                .With("tickangle", -45).With("ticks", ""))
            .With("yaxis", Drawing.Axis("cluster").Ticks(Enumerable.Range(0, k).Select(i => (double)i),
                clustering.Clusters.Select(c => Style.Wrapped(LegendName(c), 24))).With("autorange", "reversed").With("ticks", ""));
        return Drawing.Finish([trace], layout, title, caption ??
            "Orange: the cluster's heads have more of the feature than the average head; blue: less; white: as much. Hover for the mean "
            + "in the feature's own unit.");
    }

    private static string LegendName(HeadCluster cluster) =>
        string.Create(CultureInfo.InvariantCulture, $"{cluster.Number} · {cluster.Name} ({cluster.Heads.Count})");

    private static string[] LegendNames(HeadClustering clustering) => [.. clustering.Clusters.Select(LegendName)];
}
