using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// A few values per name side by side: heads against their baselines.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure Dots(IReadOnlyList<string> labels, IReadOnlyList<(string Name, IReadOnlyList<double> Values)> series, string valueTitle,
        string title, string caption = "",
        IReadOnlyList<double>? low = null, IReadOnlyList<double>? high = null)
    {
        int n = labels.Count;
        Require(n > 0, "there are no labels", nameof(labels));
        Require(series.Count > 0, "there are no series", nameof(series));
        foreach (var (name, values) in series)
            Require(values.Count == n, $"series \"{name}\" has {values.Count} values for {n} labels", nameof(series));
        Require((low is null) == (high is null), "an interval needs both ends", nameof(high));
        Require((low?.Count ?? n) == n && (high?.Count ?? n) == n, $"the intervals do not have {n} ends", nameof(low));

        double[] at = [.. Enumerable.Range(0, n).Select(i => (double)i)];
        // One trace of lines with gaps: from the least to the most of each name.
        var (x, y) = (new List<double>(), new List<double>());
        for (int i = 0; i < n; i++)
        {
            double[] own = [.. series.Select(s => s.Values[i]).Where(double.IsFinite)];
            if (own.Length < 2) continue;
            x.AddRange([own.Min(), own.Max(), double.NaN]);
            y.AddRange([i, i, double.NaN]);
        }
        var traces = new List<Trace>();
        if (x.Count > 0)
            traces.Add(new Trace("scatter").With("mode", "lines").With("x", x.Gaps()).With("y", y.Gaps())
                .With("line", new { color = Style.Fade(Style.Grey, 0.5), width = 2 }).With("hoverinfo", "skip").With("showlegend", false));
        traces.AddRange(series.Select((s, i) => new Trace("scatter").With("mode", "markers").With("name", Style.Label(s.Name))
            .With("x", s.Values.Gaps()).With("y", at)
            // The first is filled and the others are open, so that marks on one another are all seen.
            .With("marker", new
            {
                color = Style.Colour(i),
                symbol = Style.Symbol(i) + (i == 0 ? "" : "-open"),
                size = Style.SymbolSize(i) + (i == 0 ? 0 : 3),
                line = new { color = i == 0 ? Style.Outline(0) : Style.Colour(i), width = i == 0 ? 0.8 : 2 }
            })
            .With("error_x", i > 0 || low is null ? null : new
            {
                type = "data",
                symmetric = false,
                color = Style.Colour(0),
                thickness = 1.2,
                width = 3,
                array = high!.Select((h, k) => h - s.Values[k]).Gaps(),
                arrayminus = low.Select((l, k) => s.Values[k] - l).Gaps(),
            })
            .With("hovertemplate", $"<b>%{{y}}</b><br>{Style.Label(s.Name)}: %{{x:.3~g}}<extra></extra>")));
        int left = Math.Clamp(30 + 7 * labels.Max(l => l.Length), 60, 280);
        var layout = Drawing.Layout(title, Math.Max(80, 24 * n), (left, 48, 30, 52), legend: series.Count > 1
            ? [.. series.Select(s => s.Name)] : null)
            .With("xaxis", Drawing.Axis(Style.Label(valueTitle), grid: true).With("zeroline", true).With("zerolinecolor", Style.Grey))
            .With("yaxis", Drawing.Axis("", grid: true).Ticks(at, labels.Select(l => Style.Wrapped(l, 36)))
                .With("range", new[] { n - 0.4, -0.6 }).With("ticks", ""));
        return Drawing.Finish(traces, layout, title, caption);
    }

    /// <inheritdoc/>
    public Figure Stacked(IReadOnlyList<string> labels, IReadOnlyList<(string Name, IReadOnlyList<double> Values)> parts, string valueTitle,
        string title, string caption = "")
    {
        int n = labels.Count;
        Require(n > 0, "there are no labels", nameof(labels));
        Require(parts.Count > 0, "there are no parts", nameof(parts));
        foreach (var (name, values) in parts)
            Require(values.Count == n, $"part \"{name}\" has {values.Count} values for {n} labels", nameof(parts));
        double[] at = [.. Enumerable.Range(0, n).Select(i => (double)i)];
        var traces = parts.Select((p, i) => new Trace("bar").With("orientation", "h").With("name", Style.Label(p.Name))
            .With("x", p.Values.Gaps()).With("y", at)
            .With("marker", new { color = Style.Colour(i), line = new { color = "#FFFFFF", width = 1 } })
            .With("hovertemplate", $"<b>%{{y}}</b><br>{Style.Label(p.Name)}: %{{x:.3~g}}<extra></extra>"));
        int left = Math.Clamp(30 + 7 * Math.Min(36, labels.Max(l => l.Length)), 60, 280);
        var layout = Drawing.Layout(title, Math.Max(80, 30 * n), (left, 48, 30, 52), legend: [.. parts.Select(p => p.Name)])
            .With("bargap", 0.25).With("barmode", "stack")
            .With("xaxis", Drawing.Axis(Style.Label(valueTitle), grid: true))
            .With("yaxis", Drawing.Axis("").Ticks(at, labels.Select(l => Style.Wrapped(l, 36))).With("autorange", "reversed")
                .With("ticks", ""));
        return Drawing.Finish(traces, layout, title, caption);
    }

    /// <inheritdoc/>
    public Figure Preferences(IReadOnlyList<string> rows, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<double>> ratios,
        string columnTitle, string title, string? caption = null)
    {
        Require(rows.Count > 0 && columns.Count > 0, "there is nothing to show", nameof(rows));
        Require(ratios.Count == rows.Count && ratios.All(r => r.Count == columns.Count),
            $"the ratios are not {rows.Count} × {columns.Count}", nameof(ratios));
        // Twice as much and half as much are as far from 1; beyond eight times nobody needs a shade.
        var colours = ratios.Select(r => r.Select(v => Math.Clamp(Math.Log2(v), -3, 3)).Gaps()).ToArray();
        var texts = ratios.Select(r => r.Select(v => double.IsFinite(v)
            ? v.ToString(v < 0.095 ? "0.00" : v < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture) : "").ToArray()).ToArray();
        double[] at = [.. Enumerable.Range(0, columns.Count).Select(i => (double)i)],
            down = [.. Enumerable.Range(0, rows.Count).Select(i => (double)i)];
        var trace = new Trace("heatmap").With("z", colours).With("x", at).With("y", down).With("text", texts)
            .With("texttemplate", "%{text}").With("textfont", new { size = 11 })
            .With("colorscale", Style.DivergingScale).With("zmin", -3).With("zmax", 3).With("xgap", 1).With("ygap", 1)
            .With("colorbar", new
            {
                title = new { text = "times the uniform share", side = "right" },
                thickness = 12,
                outlinewidth = 0,
                tickvals = new[] { -3, -2, -1, 0, 1, 2, 3 },
                ticktext = new[] { "⅛", "¼", "½", "1", "2", "4", "8" }
            })
            .With("hovertemplate", "%{text} times the uniform share<extra></extra>");
        int left = Math.Clamp(30 + 7 * Math.Min(24, rows.Max(r => r.Length)), 60, 220),
            lines = columns.Max(c => Style.Wrapped(c, 18).Split("<br>").Length);
        var layout = Drawing.Layout(title, Math.Max(100, (rows.Count > 12 ? 21 : 34) * rows.Count), (left, 48, 110, 44 + 15 * lines))
            .With("xaxis", Drawing.Axis(Style.Label(columnTitle)).Ticks(at, columns.Select(c => Style.Wrapped(c, 18))).With("ticks", ""))
            .With("yaxis", Drawing.Axis("").Ticks(down, rows.Select(r => Style.Wrapped(r, 24))).With("autorange", "reversed")
                .With("ticks", ""));
        return Drawing.Finish([trace], layout, title, caption
            ?? "How many times the share that uniform attention would give: orange more, blue less, white the same.");
    }
}
