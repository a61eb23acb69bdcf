using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// Calibrated heads: a head to turn the knobs of, and what is left of a model as heads go.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure HeadKnobs(CalibrationSweep sweep, string? title = null, string? caption = null)
    {
        title ??= $"Head {sweep.Head}: temperature and prior";
        int strengths = sweep.Strengths.Count, tokens = sweep.Tokens.Count;
        int warm = Nearest(sweep.Temperatures, 1), none = Nearest(sweep.Strengths, 0);
        // Per strength a map, a curve of the loss, the place on it, and the features as lines of text. One slider shows the traces of
        // a strength; the other changes what all of them show. Neither touches what the other sets, so every combination is right.
        var traces = new List<Trace>();
        bool Shown(int s) => s == none;
        for (int s = 0; s < strengths; s++)
            traces.Add(new Trace("heatmap").With("z", Drawing.Rows(Widen(sweep.States[warm][s].Map))).With("zmin", 0).With("zmax", 1)
                .With("colorscale", Style.InkScale).With("visible", Shown(s))
                .With("colorbar", new
                {
                    title = new { text = "attention weight", side = "top" },
                    orientation = "h",
                    thickness = 10,
                    len = 0.4,
                    x = 0.2,
                    y = -0.52,
                    outlinewidth = 0
                })
                        .With("hovertemplate", "query %{y}, key %{x}: %{z:.3f}<extra></extra>"));
        for (int s = 0; s < strengths; s++)
            traces.Add(new Trace("scatter").With("mode", "text").With("x", sweep.Features.Select(_ => 0.0).Prepend(0).ToArray())
                .With("y", Enumerable.Range(0, sweep.Features.Count + 1).Select(i => (double)-i).ToArray())
                .With("text", Facts(sweep, warm, s)).With("textposition", "middle right").With("textfont", new { size = 12 })
                .With("xaxis", "x3").With("yaxis", "y3").With("visible", Shown(s)).With("hoverinfo", "skip"));
        for (int s = 0; s < strengths; s++)
            traces.Add(new Trace("scatter").With("mode", "markers").With("x", new[] { sweep.Temperatures[warm] })
                .With("y", new[] { sweep.States[warm][s].Loss }.Gaps()).With("xaxis", "x2").With("yaxis", "y2").With("visible", Shown(s))
                .With("marker", new { symbol = "diamond", size = 12, color = Style.Highlight })
                .With("hovertemplate", "τ = %{x:.3~g}: %{y:.4f} nats<extra></extra>"));
        for (int s = 0; s < strengths; s++)
            traces.Add(new Trace("scatter").With("mode", "lines+markers").With("x", sweep.Temperatures.Gaps())
                .With("y", sweep.States.Select(row => row[s].Loss).Gaps()).With("xaxis", "x2").With("yaxis", "y2").With("visible", Shown(s))
                .With("line", new { color = Style.Accent, width = 2 }).With("marker", new { size = 5, color = Style.Accent })
                .With("hovertemplate", "τ = %{x:.3~g}: %{y:.4f} nats<extra></extra>"));
        int[] moving = [.. Enumerable.Range(0, 3 * strengths)];
        object[] temperatures = [.. sweep.Temperatures.Select((t, i) => Step(Style.Number(t), "restyle", new Dictionary<string, object?[]>
        {
            ["z"] = Each(strengths, 0, s => Drawing.Rows(Widen(sweep.States[i][s].Map))),
            ["text"] = Each(strengths, 1, s => Facts(sweep, i, s)),
            ["x"] = [.. new object?[strengths], .. Enumerable.Repeat<object?>(sweep.Features.Select(_ => 0.0).Prepend(0).ToArray(),
                strengths), .. Enumerable.Repeat<object?>(new[] { t }, strengths)],
            ["y"] = [.. new object?[strengths], .. Enumerable.Repeat<object?>(Enumerable.Range(0, sweep.Features.Count + 1)
                .Select(k => (double)-k).ToArray(), strengths), .. sweep.States[i].Select(x => (object?)new[] { x.Loss }.Gaps())],
        }, moving))];
        object[] priors = [.. sweep.Strengths.Select((v, i) =>
            Step(Style.Number(v), "restyle", new Dictionary<string, bool[]>
                { ["visible"] = [.. Enumerable.Range(0, 4 * strengths).Select(k => k % strengths == i)] },
                [.. Enumerable.Range(0, 4 * strengths)]))];
        double low = sweep.States.SelectMany(r => r).Min(x => x.Loss), high = sweep.States.SelectMany(r => r).Max(x => x.Loss),
            room = Math.Max(1e-4, 0.08 * (high - low));
        double[] at = [.. Enumerable.Range(0, tokens).Select(i => (double)i)];
        string[] names = [.. sweep.Tokens.Select(Style.Token)];
        const double Split = 0.44;
        var layout = Drawing.Layout(title, 330, (90, 48, 24, 320)).With("plot_bgcolor", "#FFFFFF")
            .With("xaxis", Drawing.Axis("attended token (key)").Ticks(at, names).With("tickangle", -90).With("domain", new[] { 0, Split })
                .With("anchor", "y").With("ticks", ""))
            .With("yaxis", Drawing.Axis("attending token (query)").Ticks(at, names).With("autorange", "reversed").With("anchor", "x")
                .With("ticks", ""))
            .With("xaxis2", Drawing.Axis("temperature τ (log scale)", grid: true).With("type", "log")
                .With("domain", new[] { Split + 0.16, 1 }).With("anchor", "y2"))
            .With("yaxis2", Drawing.Axis("loss (nats a question)", grid: true).With("domain", new[] { 0.5, 1 }).With("anchor", "x2")
                .With("range", new[] { low - room, high + room }))
            .With("xaxis3", Drawing.Axis("").With("visible", false).With("domain", new[] { Split + 0.1, 1 }).With("anchor", "y3")
                .With("range", new[] { 0, 1 }))
            .With("yaxis3", Drawing.Axis("").With("visible", false).With("domain", new[] { 0, 0.3 }).With("anchor", "x3")
                .With("range", new[] { -sweep.Features.Count - 0.5, 0.5 }))
            .With("shapes", new[] { new { type = "line", xref = "x2 domain", yref = "y2", x0 = 0, x1 = 1, y0 = sweep.Untouched,
                y1 = sweep.Untouched, line = new { color = Style.Grey, width = 1, dash = "dash" } } })
            .With("sliders", new object[]
            {
                Slider(temperatures, warm, "temperature τ = ", -0.56),
                    Slider(priors, none,
                        $"prior on offset {Style.Number(sweep.Prior.Centre)}, width {Style.Number(sweep.Prior.Width)} tokens: strength "
                            + $"(nats) = ", -0.8),
            });
        return Drawing.Finish(traces, layout, title, caption ??
            "Two sliders: τ divides the head's scores (left: sharper), the prior adds to them at its offset. Left: the head's map of one "
            + "text. Right: the task's loss against τ at this strength, the diamond is where the sliders stand, the dashed line the "
            + "untouched head; below it the head's features.");
    }

    /// <inheritdoc/>
    public Figure PruningCurves(IReadOnlyList<PruningCurve> curves, IReadOnlyList<PruningCurve>? random = null, bool accuracy = false,
        string? title = null, string? caption = null)
    {
        Require(curves.Count > 0, "there are no curves", nameof(curves));
        Require(curves.Concat(random ?? []).All(c => c.Removed.SequenceEqual(curves[0].Removed)),
            "the curves take out different numbers of heads", nameof(curves));
        title ??= "Taking heads out, the least important first";
        IReadOnlyList<double> Of(PruningCurve c) => accuracy ? c.Accuracy : c.Loss;
        var x = curves[0].Removed.Select(n => (double)n).ToArray();
        var traces = new List<Trace>();
        string band = $"{random?.Count ?? 0} random orders";
        if (random is { Count: > 0 })
        {
            double[] lows = [.. x.Select((_, i) => random.Min(c => Of(c)[i]))], highs = [.. x.Select((_, i) => random.Max(c => Of(c)[i]))];
            traces.Add(new Trace("scatter").With("mode", "lines").With("name", band).With("x", x.Concat(x.Reverse()).ToArray())
                .With("y", lows.Concat(highs.Reverse()).Gaps()).With("fill", "toself")
                .With("fillcolor", Style.Fade(Style.Grey, 0.22)).With("line", new { color = Style.Fade(Style.Grey, 0.5), width = 1 })
                .With("hoverinfo", "skip"));
        }
        traces.AddRange(curves.Select((c, i) => new Trace("scatter").With("mode", "lines+markers").With("name", Style.Label(c.Name))
            .With("x", x).With("y", Of(c).Gaps())
            .With("line", new { color = Style.Colour(i), width = 2, dash = Style.Dash(i) })
            .With("marker", new { color = Style.Colour(i), symbol = Style.Symbol(i), size = Style.SymbolSize(i) - 1 })
            .With("hovertemplate", $"{Style.Label(c.Name)}<br>%{{x}} heads out: %{{y:.4~g}}<extra></extra>")));
        var layout = Drawing.Layout(title, 310, (66, 48, 30, 52),
            legend: [.. random is { Count: > 0 } ? new[] { band } : [], .. curves.Select(c => c.Name)])
            .With("xaxis", Drawing.Axis("heads removed"))
            .With("yaxis", Drawing.Axis(accuracy ? "accuracy (share of questions)" : "loss (nats a question)", grid: true));
        return Drawing.Finish(traces, layout, title, caption ??
            $"{(accuracy ? "Higher" : "Lower")} is better: an order that keeps its curve {(accuracy ? "above" : "below")} the grey band, "
            + $"which holds all random orders, knows something of which heads matter.");
    }

    private static string[] Facts(CalibrationSweep sweep, int temperature, int strength)
    {
        var state = sweep.States[temperature][strength];
        string change = (state.Loss - sweep.Untouched).ToString("+0.0000;−0.0000;0", CultureInfo.InvariantCulture);
        return [string.Create(CultureInfo.InvariantCulture, $"<b>loss {state.Loss:F4} nats ({change})</b>"),
            .. sweep.Features.Select((f, i) => Style.Label(
                $"{f.Name} {Style.Number(Math.Round(state.Features[i], 3))}{ColumnUnit.AfterNumber(f.Unit)}"))];
    }

    // For one of three rows of traces its values, and nothing for the others.
    private static object?[] Each(int count, int row, Func<int, object> of) =>
        [.. Enumerable.Range(0, 3 * count).Select(k => k / count == row ? of(k % count) : null)];

    private static int Nearest(IReadOnlyList<double> values, double to) =>
        Enumerable.Range(0, values.Count).MinBy(i => Math.Abs(values[i] - to));

    private static object Step(string label, string method, object change, int[] traces) =>
        new { label, method, args = new[] { change, traces } };

    private static object Slider(object[] steps, int active, string prefix, double y) =>
        new
        {
            active,
            steps,
            x = 0,
            len = 1,
            y,
            yanchor = "top",
            pad = new { t = 0, b = 0 },
            currentvalue = new { prefix, font = new { size = 13 } }
        };
}
