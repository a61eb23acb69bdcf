using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// A sentence written twice, with a link for every weight: layers by a menu, heads by a slider, both Plotly's own.
public sealed partial class Plots
{
    private const int MostLinkedTokens = 48, Strongest = 3;

    // From faint to full; the weights from which each begins. Fewer traces than weights, since opacity belongs to a trace.
    private static readonly (double From, double Opacity)[] _strengths = [(0.05, 0.15), (0.15, 0.35), (0.35, 0.65), (0.65, 1)];

    /// <inheritdoc/>
    public Figure HeadLinks(TextMaps maps, Head? start = null, string? title = null, string? caption = null)
    {
        var tokens = maps.Tokens;
        Require(tokens.Count <= MostLinkedTokens, $"{tokens.Count} tokens; up to {MostLinkedTokens} can be linked legibly", nameof(maps));
        var first = start ?? new Head(0, 0);
        maps.Grid.PositionOf(first); // says so if there is no such head
        title ??= "Who looks at whom";
        int n = tokens.Count;
        var traces = _strengths.Select(s => new Trace("scatter").With("mode", "lines").With("opacity", s.Opacity)
            .With("line", new { color = Style.Accent, width = 2, shape = "spline" }).With("hoverinfo", "skip")).ToList();
        // Marks that nobody sees, for the pointer to find.
        traces.Add(new Trace("scatter").With("mode", "markers").With("x", Enumerable.Repeat(0.0, n).ToArray())
            .With("y", Enumerable.Range(0, n).ToArray()).With("marker", new { color = Style.Accent, size = 8 })
            .With("hovertemplate", "%{hovertext}<extra></extra>"));
        var beginning = Links(maps, first);
        for (int t = 0; t < _strengths.Length; t++) traces[t].With("x", beginning.X[t]).With("y", beginning.Y[t]);
        traces[^1].With("hovertext", beginning.Hover);
        object[][] steps = [.. Enumerable.Range(0, maps.Grid.Layers)
            .Select(l => Enumerable.Range(0, maps.Grid.Heads).Select(h => Step(maps, new Head(l, h))).ToArray())];
        var layers = steps.Select((s, l) => new
        {
            label = string.Create(CultureInfo.InvariantCulture, $"layer {l}"),
            method = "update",
            args = new object[] { Restyle(maps, new Head(l, 0)),
                new Dictionary<string, object> { ["sliders[0].steps"] = s, ["sliders[0].active"] = 0 }, Traces },
        }).ToArray();
        var layout = Drawing.Layout(title, Math.Clamp(n * 24, 160, 900), (16, 92, 16, 84), 560)
            .With("xaxis", Drawing.Axis("").With("range", new[] { -0.75, 1.75 }).With("visible", false).With("fixedrange", true))
            .With("yaxis", Drawing.Axis("").With("range", new[] { n - 0.5, -0.9 }).With("visible", false).With("fixedrange", true))
            .With("updatemenus", new object[] { new { buttons = layers, active = first.Layer, x = 0, xanchor = "left", y = 1,
                yanchor = "bottom", pad = new { b = 14 }, direction = "down", showactive = true, bgcolor = "#FFFFFF",
                    bordercolor = Style.Grey, font = new { size = 12 } } })
            .With("sliders", new object[] { new { active = first.Index, steps = steps[first.Layer], x = 0, len = 1, y = 0, yanchor = "top",
                pad = new { t = 10, b = 0 }, currentvalue = new { prefix = "head ", font = new { size = 13 } } } })
            .With("annotations", (object[])[Heading("attends (query)", 0, "right"), Heading("is attended (key)", 1, "left"),
                .. tokens.SelectMany((t, i) => new[] { Word(t, 0, i, "right"), Word(t, 1, i, "left") })]);
        return Drawing.Finish(traces, layout, title, caption ??
            $"Left and right the same text. A link is a weight of at least {Style.Number(_strengths[0].From)}; the darker, the more. "
            + $"Choose the layer above and the head below; hover over a word on the left for what it looks at most.");
    }

    private static int[] Traces => [.. Enumerable.Range(0, _strengths.Length + 1)];

    private static object Step(TextMaps maps, Head head) =>
        new
        {
            label = head.Index.ToString(CultureInfo.InvariantCulture),
            method = "restyle",
            args = new object[] { Restyle(maps, head), Traces }
        };

    private static Dictionary<string, object> Restyle(TextMaps maps, Head head)
    {
        var (x, y, hover) = Links(maps, head);
        // The marks stay where they are.
        return new()
        {
            ["x"] = x.Append([.. hover.Select(_ => (double?)0)]).ToArray(),
            ["y"] = y.Append([.. hover.Select((_, i) => (double?)i)]).ToArray(),
            ["hovertext"] = _strengths.Select(_ => (object)"")
                .Append(hover).ToArray()
        };
    }

    // Per strength the curves of its links, parted by gaps, and per token its strongest links in words.
    private static (double?[][] X, double?[][] Y, string[] Hover) Links(TextMaps maps, Head head)
    {
        var map = maps[head];
        int n = maps.Tokens.Count;
        var x = _strengths.Select(_ => new List<double?>()).ToArray();
        var y = _strengths.Select(_ => new List<double?>()).ToArray();
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                int strength = Array.FindLastIndex(_strengths, s => map[i, j] >= s.From);
                if (strength < 0) continue;
                // Leaves and arrives level.
                x[strength].AddRange([0, 0.2, 0.5, 0.8, 1, null]);
                y[strength].AddRange([i, i + 0.1 * (j - i), (i + j) / 2.0, j - 0.1 * (j - i), j, null]);
            }
        string[] hover = [.. Enumerable.Range(0, n)
            .Select(i => $"<b>{Style.Token(maps.Tokens[i])}</b><br>"
                + string.Join("<br>", Enumerable.Range(0, n).OrderByDescending(j => map[i, j]).Take(Strongest)
                    .Select(j => $"{map[i, j].ToString("0.000", CultureInfo.InvariantCulture)} {Style.Token(maps.Tokens[j])}")))];
        // A gap where there is no link: plotly.js leaves a trace of nothing out of its count.
        static double?[] OrGap(List<double?> points) => points.Count > 0 ? [.. points] : [null];
        return ([.. x.Select(OrGap)], [.. y.Select(OrGap)], hover);
    }

    private static object Word(string token, double x, int at, string anchor) =>
        new
        {
            text = Style.Token(token),
            x,
            y = at,
            xanchor = anchor,
            yanchor = "middle",
            xshift = anchor == "right" ? -8
            : 8,
            showarrow = false,
            font = new { size = 12 }
        };

    private static object Heading(string text, double x, string anchor) =>
        new
        {
            text,
            x,
            y = -0.8,
            xanchor = anchor,
            yanchor = "middle",
            xshift = anchor == "right" ? -8
            : 8,
            showarrow = false,
            font = new { size = 11, color = Style.Grey }
        };
}
