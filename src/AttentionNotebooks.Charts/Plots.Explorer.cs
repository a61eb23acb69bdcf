using System.Globalization;
using System.Text;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// Clusters to play with. Plotly's own slider and menus, so that a page without a kernel can be played with too; each
// changes properties that the others leave alone, and so every combination of them is right.
public sealed partial class Plots
{
    private static readonly string[] _facts = ["mean_distance", "entropy", "previous", "next", "cls", "sep"];

    // How many clusters can have a number on the colour scale; beyond, colours repeat anyway.
    private const int Colours = 24;

    // plotly.js' numbers of Style's symbols.
    private static readonly int[] _symbolNumbers = [0, 1, 2, 5, 3, 6, 17, 4, 14];

    /// <inheritdoc/>
    public Figure ClusterExplorer(IReadOnlyList<(string Name, IReadOnlyList<HeadClustering> ByK)> clusterings,
        IReadOnlyList<Projection> projections, int k, string? title = null, string? caption = null)
    {
        Require(clusterings.Count > 0 && clusterings.All(c => c.ByK.Count > 0), "there are no clusterings", nameof(clusterings));
        Require(projections.Count > 0, "there are no projections", nameof(projections));
        int[] ks = [.. clusterings[0].ByK.Select(c => c.Clusters.Count)];
        Require(clusterings.All(c => c.ByK.Select(x => x.Clusters.Count).SequenceEqual(ks)), "the numbers of clusters differ",
            nameof(clusterings));
        var grid = clusterings[0].ByK[0].Grid;
        Require(clusterings.All(c => c.ByK.All(x => x.Grid == grid))
            && projections.All(p => p.Coordinates.Length == grid.Count), "the heads differ", nameof(projections));
        int start = Array.IndexOf(ks, k), views = clusterings.Count;
        Require(start >= 0, $"k = {k} is not among the numbers of clusters", nameof(k));
        title ??= $"{grid.Count} heads in clusters";

        // Traces: the heads in the plane for each view, then the grid for each view.
        int[][][] colours = [.. clusterings.Select(c => SteadyColours(c.ByK, start))]; // [view][k][cluster]
        var traces = new List<Trace>();
        for (int panel = 0; panel < 2; panel++)
            for (int v = 0; v < views; v++)
                traces.Add(ExplorerTrace(clusterings[v].ByK[start], colours[v][start], projections[0], panel == 1).With("visible", v == 0));

        var steps = ks.Select((kk, i) => new
        {
            label = kk.ToString(CultureInfo.InvariantCulture),
            method = "update",
            args = new object[] { ExplorerStyle(clusterings, colours, i), clusterings.Select((c, v) => (v, Legend(c.ByK[i], colours[v][i])))
                .ToDictionary(x => $"annotations[{x.v}].text", x => x.Item2), Enumerable.Range(0, 2 * views).ToArray() },
        });
        var features = clusterings.Select((c, v) => new
        {
            label = Style.Label(c.Name),
            method = "update",
            args = new object[] { new { visible = Enumerable.Range(0, 2 * views).Select(t => t % views == v).ToArray() },
                Enumerable.Range(0, views).ToDictionary(a => $"annotations[{a}].visible", a => a == v) },
        });
        var pictures = projections.Select(p => new
        {
            label = Style.Label(p.Method),
            method = "update",
            args = new object[]
            {
                new { x = Enumerable.Repeat(p.Coordinates.Select(c => c[0]).Gaps(), views).ToArray(),
                    y = Enumerable.Repeat(p.Coordinates.Select(c => c[1]).Gaps(), views).ToArray() },
                new Dictionary<string, object> { ["xaxis.title.text"] = Style.Label(p.XTitle), ["yaxis.title.text"] = Style.Label(p.YTitle),
                    [$"annotations[{views}].text"] = Belief(p), ["xaxis.autorange"] = true, ["yaxis.autorange"] = true },
                Enumerable.Range(0, views).ToArray(),
            },
        });
        const double Split = 0.56;
        var layout = Drawing.Layout(title, 400, (62, 150, 16, 150))
            .With("xaxis", Drawing.Axis(Style.Label(projections[0].XTitle), grid: true).With("domain", new[] { 0, Split })
                .With("anchor", "y"))
            .With("yaxis", Drawing.Axis(Style.Label(projections[0].YTitle), grid: true).With("anchor", "x"))
            .With("xaxis2", Drawing.Axis("head").With("domain", new[] { Split + 0.09, 1 }).With("anchor", "y2")
                .With("dtick", grid.Heads <= 12 ? 1 : 2).With("range", new[] { -0.6, grid.Heads - 0.4 }).With("ticks", ""))
            .With("yaxis2", Drawing.Axis("layer").With("anchor", "x2").With("dtick", grid.Layers <= 12 ? 1 : 2)
                .With("range", new[] { -0.6, grid.Layers - 0.4 }).With("ticks", ""))
            .With("updatemenus", new object[] { Menu(features.ToArray(), 0.0), Menu(pictures.ToArray(), 0.36) })
            .With("sliders", new object[] { new { active = start, steps = steps.ToArray(), x = 0, len = 1, y = -0.24, yanchor = "top",
                pad = new { t = 0, b = 0 }, currentvalue = new { prefix = "number of clusters k = ", font = new { size = 13 } } } })
            .With("annotations", (object[])
            [
                .. clusterings.Select((c, v) => Note(Legend(c.ByK[start], colours[v][start]), 1.03, "bottom", v == 0)),
                Note(Belief(projections[0]), -0.155, "top", true), Note("clustered on", 1.245, "bottom", true),
                    Note("picture", 1.245, "bottom", true, 0.36),
            ]);
        return Drawing.Finish(traces, layout, title, caption ??
            "Move the slider to change k, and choose above what the heads are clustered on and how they are drawn. Left: a mark is a "
            + "head. Right: the same colours by layer and head; the number is the cluster's. Hover for a head's figures.");
    }

    private static Trace ExplorerTrace(HeadClustering clustering, int[] colours, Projection projection, bool asGrid)
    {
        var heads = clustering.Grid.All().ToArray();
        var (colour, symbol, text, custom) = Marks(clustering, colours);
        double side = Math.Clamp(200.0 / Math.Max(clustering.Grid.Heads, clustering.Grid.Layers), 6, 17);
        // Steps of one colour each, so that a mark's colour is a small number that the slider can change.
        var scale = Enumerable.Range(0, Colours)
            .SelectMany(n => new object[] { new object[] { n / (double)Colours, Style.Colour(n) },
                new object[] { (n + 1) / (double)Colours, Style.Colour(n) } }).ToArray();
        object marker = asGrid
            ? new
            {
                color = colour,
                colorscale = scale,
                cmin = -0.5,
                cmax = Colours - 0.5,
                symbol = Enumerable.Repeat(1, heads.Length)
                .ToArray(),
                size = side
            }
            : new
            {
                color = colour,
                colorscale = scale,
                cmin = -0.5,
                cmax = Colours - 0.5,
                symbol,
                size = 9,
                line = new { color = "#FFFFFF", width = 0.8 }
            };
        string[] facts = [.. _facts.Where(clustering.AllFeatures.Features.Contains)];
        string[] hover = [.. heads.Select(h => $"<b>{h}</b><br>"
            + string.Join("<br>", facts.Select(f =>
                $"{f} {Style.Number(clustering.AllFeatures[h, f])}"
                + Style.Label(ColumnUnit.AfterNumber(clustering.AllFeatures.Column(f).Unit)))))];
        return new Trace("scatter").With("mode", asGrid ? "markers+text" : "markers").With("showlegend", false)
            .With("x", asGrid ? heads.Select(h => (double?)h.Index).ToArray() : projection.Coordinates.Select(p => p[0]).Gaps())
            .With("y", asGrid ? heads.Select(h => (double?)h.Layer).ToArray() : projection.Coordinates.Select(p => p[1]).Gaps())
            .With("xaxis", asGrid ? "x2" : "x").With("yaxis", asGrid ? "y2" : "y")
            .With("text", text).With("textfont", asGrid ? new { size = side < 12 ? 6 : 10, color = Style.Ink } : null)
            .With("customdata", custom).With("hovertext", hover).With("marker", marker)
            .With("hovertemplate", "%{hovertext}<br>cluster %{customdata[0]}, silhouette %{customdata[1]}<extra></extra>");
    }

    // What the slider changes, for all traces at once: [view…] in the plane, [view…] in the grid.
    private static Dictionary<string, object> ExplorerStyle(IReadOnlyList<(string Name, IReadOnlyList<HeadClustering> ByK)> clusterings,
        int[][][] colours, int at)
    {
        var marks = clusterings.Select((c, v) => Marks(c.ByK[at], colours[v][at])).ToArray();
        object[] Both<T>(Func<(int[] Colour, int[] Symbol, int[] Text, double[][] Custom), T> of) where T : notnull =>
            [.. marks.Concat(marks).Select(m => (object)of(m))];
        object[] symbols = [.. marks.Select(m => (object)m.Symbol), .. marks.Select(m => (object)m.Symbol.Select(_ => 1).ToArray())];
        return new()
        {
            ["marker.color"] = Both(m => m.Colour),
            ["marker.symbol"] = symbols,
            ["text"] = Both(m => m.Text),
            ["customdata"] = Both(m => m.Custom)
        };
    }

    private static (int[] Colour, int[] Symbol, int[] Text, double[][] Custom) Marks(HeadClustering c, int[] colours) =>
    (
        [.. c.Labels.Select(l => colours[l])], [.. c.Labels.Select(l => _symbolNumbers[colours[l] % _symbolNumbers.Length])], c.Labels,
        [.. c.Labels.Select((l, i) => new[] { l, Math.Round(c.Silhouettes[i], 2) })]
    );

    // At the k to begin with, the colours of all other charts. From there a cluster keeps its colour from one k to the next as
    // far as its heads stay together; a new one takes a free colour.
    private static int[][] SteadyColours(IReadOnlyList<HeadClustering> byK, int start)
    {
        var colours = new int[byK.Count][];
        colours[start] = [.. Enumerable.Range(0, byK[start].Clusters.Count)];
        for (int i = start + 1; i < byK.Count; i++) colours[i] = Following(byK[i], byK[i - 1], colours[i - 1]);
        for (int i = start - 1; i >= 0; i--) colours[i] = Following(byK[i], byK[i + 1], colours[i + 1]);
        return colours;
    }

    private static int[] Following(HeadClustering clustering, HeadClustering neighbour, int[] colours)
    {
        int[] matched = Agreement.Match(clustering.Labels, neighbour.Labels);
        int?[] kept = [.. clustering.Clusters.Select(c => matched[Array.IndexOf(clustering.Labels, c.Number)])
            .Select(p => p < colours.Length ? colours[p] : (int?)null)];
        var free = new Queue<int>(Enumerable.Range(0, Colours + kept.Length).Where(n => !kept.Contains(n)));
        return [.. kept.Select(c => c ?? free.Dequeue())];
    }

    private static string Legend(HeadClustering clustering, int[] colours)
    {
        var text = new StringBuilder();
        int line = 0;
        foreach (var cluster in clustering.Clusters)
        {
            string entry = LegendName(cluster);
            if (line > 0 && line + entry.Length > 105)
            {
                text.Append("<br>");
                line = 0;
            }
            text.Append(CultureInfo.InvariantCulture,
                $"<span style=\"color:{Style.Colour(colours[cluster.Number])}\">■</span> {Style.Label(entry)}   ");
            line += entry.Length + 5;
        }
        return text.Append(CultureInfo.InvariantCulture, $"<br>mean silhouette {clustering.Silhouette:0.000}").ToString();
    }

    private static string Belief(Projection p) => string.Create(CultureInfo.InvariantCulture,
        $"trustworthiness {p.Trustworthiness:0.00}, continuity {p.Continuity:0.00}, stress "
            + $"{p.Stress:0.00}{(p.Facts.Length > 0 ? "; " : "")}{Style.Label(p.Facts)}");

    private static object Menu(object[] buttons, double x) =>
        new
        {
            buttons,
            x,
            xanchor = "left",
            y = 1.235,
            yanchor = "top",
            direction = "down",
            showactive = true,
            bgcolor = "#FFFFFF",
            bordercolor = Style.Grey,
            font = new { size = 12 }
        };

    private static object Note(string text, double y, string anchor, bool visible, double x = 0) =>
        new
        {
            text,
            visible,
            x,
            xref = "paper",
            xanchor = "left",
            y,
            yref = "paper",
            yanchor = anchor,
            align = "left",
            showarrow = false,
            font = new { size = 11, color = Style.Ink }
        };
}
