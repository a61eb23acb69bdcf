using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// How well the clusters stand apart.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure SilhouetteByK(IReadOnlyList<(int K, double Value)> values, int? chosen = null, string? title = null,
        string? caption = null)
    {
        Require(values.Count > 0, "there are no values", nameof(values));
        int k = chosen ?? values.MaxBy(v => v.Value).K;
        Require(values.Any(v => v.K == k), $"k = {k} is not among the values", nameof(chosen));
        double height = values.First(v => v.K == k).Value;
        title ??= "How many clusters";
        var line = new Trace("scatter").With("mode", "lines+markers").With("x", values.Select(v => v.K).ToArray())
            .With("y", values.Select(v => v.Value).Gaps())
            .With("line", new { color = Style.Accent, width = 2 }).With("marker", new { color = Style.Accent, size = 7 })
            .With("hovertemplate", "k = %{x}: %{y:.3f}<extra></extra>");
        var mark = new Trace("scatter").With("mode", "markers+text").With("x", new[] { k }).With("y", new[] { height })
            .With("text", new[] { $"k = {k}: {height.ToString("0.000", CultureInfo.InvariantCulture)}" }).With("textposition", "top center")
            .With("cliponaxis", false)
            .With("textfont", new { color = Style.Highlight })
            .With("marker", new { color = Style.Highlight, size = 13, symbol = "diamond" }).With("hoverinfo", "skip");
        var layout = Drawing.Layout(title, 250, (66, 62, 30, 52))
            .With("xaxis", Drawing.Axis("number of clusters k").With("dtick", values.Count <= 20 ? 1 : null))
            .With("yaxis", Drawing.Axis("mean silhouette (−1 to 1)", grid: true).With("rangemode", "tozero"));
        return Drawing.Finish([line, mark], layout, title, caption ??
            $"The higher, the farther the clusters stand apart compared with their width; k = {k} is marked. Neighbouring values of "
            + $"nearly the same height mean that the data do not prefer one k.");
    }

    /// <inheritdoc/>
    public Figure SilhouetteByHead(HeadClustering clustering, string? title = null, string? caption = null)
    {
        title ??= "How well each head lies in its cluster";
        var traces = new List<Trace>();
        var middles = new List<double>();
        int at = 0;
        foreach (var cluster in clustering.Clusters)
        {
            var bars = cluster.Heads.Select(h => (Head: h, Value: clustering.Silhouettes[clustering.Grid.PositionOf(h)]))
                .OrderByDescending(b => b.Value).ToArray();
            traces.Add(new Trace("bar").With("orientation", "h").With("name", Style.Label(LegendName(cluster)))
                .With("x", bars.Select(b => b.Value).Gaps()).With("y", Enumerable.Range(at, bars.Length).ToArray())
                .With("customdata", bars.Select(b => b.Head.ToString()).ToArray())
                .With("marker", new { color = Style.Colour(cluster.Number) })
                .With("hovertemplate", "<b>%{customdata}</b><br>silhouette %{x:.3f}<extra></extra>"));
            middles.Add(at + (bars.Length - 1) / 2.0);
            at += bars.Length + 4; // room between clusters
        }
        double mean = clustering.Silhouette;
        var layout = Drawing.Layout(title, Math.Clamp(at * 3, 240, 900), (190, 62, 30, 52)).With("bargap", 0)
            .With("xaxis", Drawing.Axis("silhouette (−1 to 1)", grid: true).With("zeroline", true).With("zerolinecolor", Style.Grey))
            .With("yaxis", Drawing.Axis("").Ticks(middles, clustering.Clusters.Select(c => Style.Wrapped(LegendName(c), 24)))
                .With("autorange", "reversed").With("ticks", ""))
            .With("shapes", new[] { new { type = "line", x0 = mean, x1 = mean, y0 = 0, y1 = 1, yref = "paper",
                line = new { color = Style.Ink, width = 1.5, dash = "dash" } } })
            .With("annotations", new[] { new { text = $"mean {Style.Number(mean)}", x = mean, y = 1, yref = "paper", yanchor = "bottom",
                showarrow = false, font = new { size = 11 } } });
        return Drawing.Finish(traces, layout, title, caption ??
            "One bar per head, sorted within its cluster. A bar near 1 is a head deep inside its cluster, near 0 one between two "
            + "clusters, below 0 one that lies nearer to another cluster.");
    }
}
