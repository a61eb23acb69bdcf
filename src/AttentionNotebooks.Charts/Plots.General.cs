using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// Bars and lines for whatever a notebook computes.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure Bars(IReadOnlyList<string> labels, IReadOnlyList<double> values, string valueTitle, string title, string caption = "",
        IReadOnlyList<double>? low = null, IReadOnlyList<double>? high = null, IReadOnlyList<double>? baseline = null,
            string baselineName = "baseline")
    {
        int n = values.Count;
        Require(n > 0, "there are no values", nameof(values));
        Require(labels.Count == n, $"{labels.Count} labels for {n} values", nameof(labels));
        Require((low is null) == (high is null), "an interval needs both ends", nameof(high));
        Require((low?.Count ?? n) == n && (high?.Count ?? n) == n, $"the intervals do not have {n} ends", nameof(low));
        Require((baseline?.Count ?? n) == n, $"the baseline does not have {n} values", nameof(baseline));

        double[] at = [.. Enumerable.Range(0, n).Select(i => (double)i)];
        var traces = new List<Trace>
        {
            new Trace("bar").With("orientation", "h").With("name", "value").With("x", values.Gaps()).With("y", at)
                .With("marker", new { color = Style.Accent })
                .With("error_x", low is null ? null : new
                {
                    type = "data", symmetric = false, color = Style.Ink, thickness = 1.2, width = 3,
                    array = high!.Select((h, i) => h - values[i]).Gaps(), arrayminus = low.Select((l, i) => values[i] - l).Gaps(),
                })
                .With("hovertemplate", "<b>%{y}</b>: %{x:.4~g}<extra></extra>"),
        };
        if (baseline is not null)
            traces.Add(new Trace("scatter").With("mode", "markers").With("name", Style.Label(baselineName)).With("x", baseline.Gaps())
                .With("y", at)
                .With("marker", new
                {
                    symbol = "line-ns",
                    size = 14,
                    color = Style.Highlight,
                    line = new { width = 3, color = Style.Highlight }
                })
                .With("hovertemplate", $"<b>%{{y}}</b>: {Style.Label(baselineName)} %{{x:.4~g}}<extra></extra>"));
        int left = Math.Clamp(30 + 7 * labels.Max(l => l.Length), 60, 280);
        var layout = Drawing.Layout(title, Math.Max(80, 24 * n), (left, 48, 30, 52), legend: baseline is null ? null
            : ["value", Style.Label(baselineName)]).With("bargap", 0.3)
            .With("xaxis", Drawing.Axis(Style.Label(valueTitle), grid: true).With("zeroline", true).With("zerolinecolor", Style.Grey))
            .With("yaxis", Drawing.Axis("").Ticks(at, labels.Select(l => Style.Wrapped(l, 36))).With("autorange", "reversed")
                .With("ticks", ""));
        return Drawing.Finish(traces, layout, title, caption);
    }

    /// <inheritdoc/>
    public Figure Lines(IReadOnlyList<double> x, IReadOnlyList<(string Name, IReadOnlyList<double> Y)> series, string xTitle, string yTitle,
        string title, string caption = "")
    {
        Require(x.Count > 0, "there are no points", nameof(x));
        Require(series.Count > 0, "there are no series", nameof(series));
        foreach (var (name, y) in series)
            Require(y.Count == x.Count, $"series \"{name}\" has {y.Count} values for {x.Count} points", nameof(series));
        // Marks help to distinguish series of a few points; on a curve of many points one would see nothing else.
        string mode = x.Count <= 40 ? "lines+markers" : "lines";
        var traces = series.Select((s, i) => new Trace("scatter").With("mode", mode).With("name", Style.Label(s.Name)).With("x", x.Gaps())
            .With("y", s.Y.Gaps())
            .With("line", new { color = Style.Colour(i), width = 2, dash = Style.Dash(i) })
            .With("marker", new { color = Style.Colour(i), symbol = Style.Symbol(i), size = Style.SymbolSize(i) - 1 })
            .With("hovertemplate", $"{Style.Label(s.Name)}<br>%{{x:.4~g}}: %{{y:.4~g}}<extra></extra>"));
        var layout = Drawing.Layout(title, 310, (66, 48, 30, 52), legend: series.Count > 1 ? [.. series.Select(s => s.Name)] : null)
            .With("xaxis", Drawing.Axis(Style.Label(xTitle))).With("yaxis", Drawing.Axis(Style.Label(yTitle), grid: true));
        return Drawing.Finish(traces, layout, title, caption);
    }
}
