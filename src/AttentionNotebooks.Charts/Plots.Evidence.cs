using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// Whether clusters hold: what comes out again, and what chance gives.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure ConsensusMatrix(StabilityReport report, HeadClustering clustering, string? title = null, string? caption = null)
    {
        int n = clustering.Grid.Count;
        Require(report.Consensus.GetLength(0) == n, $"a consensus of {report.Consensus.GetLength(0)} heads for {n}", nameof(report));
        title ??= $"How often two heads share a cluster when the {report.Over} vary";
        // Within a cluster the surest heads first.
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => clustering.Labels[i]).ThenByDescending(i => report.OwnCluster[i])];
        var names = order.Select(i => clustering.Grid[i].ToString()).ToArray();
        double?[][] rows = [.. order.Select(i => order.Select(j => Math.Round(report.Consensus[i, j], 2)).Gaps())];
        var trace = new Trace("heatmap").With("z", rows).With("x", names).With("y", names).With("zmin", 0).With("zmax", 1)
            .With("colorscale", Style.InkScale)
            .With("colorbar", Drawing.ColourBar("share of draws"))
            .With("hovertemplate", "<b>%{y}</b> and <b>%{x}</b>: together in %{z:.0%} of the draws<extra></extra>");
        var edges = clustering.Clusters.Select(c => c.Heads.Count)
            .Aggregate(new List<double> { -0.5 }, (at, size) => [.. at, at[^1] + size]);
        var middles = clustering.Clusters.Select((c, i) => edges[i] + c.Heads.Count / 2.0).ToArray();
        var lines = edges.Skip(1).SkipLast(1).SelectMany(e => new object[]
        {
            new { type = "line", x0 = e, x1 = e, y0 = -0.5, y1 = n - 0.5, line = new { color = Style.Highlight, width = 1 } },
            new { type = "line", y0 = e, y1 = e, x0 = -0.5, x1 = n - 0.5, line = new { color = Style.Highlight, width = 1 } },
        });
        var layout = Drawing.Layout(title, 480, (190, 48, 100, 60), 190 + 480 + 100).With("shapes", lines.ToArray())
            .With("xaxis", Drawing.Axis("cluster").Ticks(middles, clustering.Clusters.Select(c => $"{c.Number}")).With("type", "category")
                .With("ticks", ""))
            .With("yaxis", Drawing.Axis("").Ticks(middles, clustering.Clusters.Select(c => Style.Wrapped(LegendName(c), 24)))
                .With("type", "category").With("autorange", "reversed").With("ticks", ""));
        return Drawing.Finish([trace], layout, title, caption ??
            $"Every row and column is a head, ordered by cluster, the surest first; dark: together in most of {report.Draws} draws. Dark "
            + $"blocks on the diagonal are clusters that come out again, pale stripes between two blocks are a border that moves.");
    }

    /// <inheritdoc/>
    public Figure NullHistogram(IReadOnlyList<double> @null, double observed, string valueTitle, string title, string caption = "")
    {
        Require(@null.Count > 0, "there are no values under the null", nameof(@null));
        var histogram = new Trace("histogram").With("x", @null.Gaps()).With("nbinsx", 24)
            .With("marker", new { color = Style.Accent, line = new { color = "#FFFFFF", width = 1 } })
            .With("hovertemplate", "%{x}: %{y} runs<extra></extra>");
        double low = Math.Min(observed, @null.Min()), high = Math.Max(observed, @null.Max()), room = Math.Max((high - low) * 0.08, 1e-9);
        bool right = observed < (low + high) / 2;
        var layout = Drawing.Layout(title, 220, (66, 62, 30, 52))
            .With("xaxis", Drawing.Axis(Style.Label(valueTitle), grid: true).With("range", new[] { low - room, high + room }))
            .With("yaxis", Drawing.Axis("runs", grid: true).With("rangemode", "tozero"))
            .With("shapes", new[] { new { type = "line", x0 = observed, x1 = observed, y0 = 0, y1 = 1, yref = "paper",
                line = new { color = Style.Highlight, width = 2 } } })
            .With("annotations", new[] { new { text = $"observed {observed.ToString("0.000", CultureInfo.InvariantCulture)}", x = observed,
                y = 1, yref = "paper", xanchor = right ? "left"
                    : "right", yanchor = "bottom", showarrow = false, font = new { color = Style.Highlight, size = 12 } } });
        return Drawing.Finish([histogram], layout, title, caption);
    }
}
