using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// What calibrations gain by how many numbers they learn: one experiment, or several below one another.
public sealed partial class Plots
{
    private const double ControlAside = 1.12; // a control has as many parameters as what it controls: a little aside, both can be seen
    private static readonly (ArmKind Kind, string Name)[] _gainKinds =
    [(ArmKind.Calibrated, "calibrated"), (ArmKind.Control, "control: without the information"),
        (ArmKind.FullTuning, "all weights trained")];

    /// <inheritdoc/>
    public Figure GainByParameters(CalibrationExperiment experiment, string? title = null, string? caption = null) =>
        Gains([new GainPanel("", [.. experiment.Arms.Where(a => a.Kind != ArmKind.Uncalibrated)
            .Select(a => new GainMark(a.Name, a.Kind, a.Parameters, experiment.Gain(a)))])], 340, title, caption
            ?? string.Create(CultureInfo.InvariantCulture,
            $"Each mark is a way to change the model, on {experiment.TestItems} held-out items, {Seeds(experiment.Seeds)}; upwards is "
                + $"better, the dashed line is the model as it is. Bars: 95 %, seeds and items drawn again. A calibration that is no "
                + $"higher than its control owes nothing to the features or clusters."));

    /// <inheritdoc/>
    public Figure GainByParameters(IReadOnlyList<ExperimentFigures> experiments, string? title = null, string? caption = null)
    {
        Require(experiments.Count > 0, "there are no experiments", nameof(experiments));
        return Gains([.. experiments.Select(e =>
            new GainPanel(string.Create(CultureInfo.InvariantCulture,
                $"{e.Task} ({e.Model}), {e.TestItems:N0} held-out items, {Seeds(e.Seeds)}"),
            [.. e.Arms.Where(a => a.Kind != ArmKind.Uncalibrated).Select(a => new GainMark(a.Name, a.Kind, a.Parameters, e.Gain(a)))]))],
                200, title, caption ??
            "A panel per task, each with its own scale; a mark is a way to change the model, upwards is better, the dashed line is the "
            + "model as it is. Bars: 95 %, seeds and held-out items drawn again. The buttons leave out the model whose weights are all "
            + "trained, which can press the rest together. A calibration that is no higher than its control owes nothing to the features "
            + "or clusters.");
    }

    private sealed record GainMark(string Name, ArmKind Kind, int Parameters, PairedComparison Of)
    {
        public double Gain => -Of.Loss;

        public double Low => -Of.LossInterval.High;

        public double High => -Of.LossInterval.Low;
    }

    private sealed record GainPanel(string Title, IReadOnlyList<GainMark> Marks)
    {
        // With room for the names above and below the marks.
        public double[] Range(bool withFull)
        {
            var shown = Marks.Where(m => withFull || m.Kind != ArmKind.FullTuning).ToArray();
            double low = Math.Min(0, shown.Min(m => m.Low)), high = Math.Max(0, shown.Max(m => m.High)),
                room = 0.14 * Math.Max(high - low, 1e-6);
            return [low - room, high + room];
        }
    }

    private static Figure Gains(IReadOnlyList<GainPanel> panels, int height, string? title, string caption)
    {
        const int Between = 34;
        int band = panels.Count > 1 ? 20 : 0, step = band + height + Between; // a line for each panel's title
        title ??= "What a calibration gains, by how many numbers it learns";
        var all = panels.SelectMany(p => p.Marks).ToArray();
        var used = _gainKinds.Select((k, i) => (k.Kind, k.Name, Series: i)).Where(k => all.Any(m => m.Kind == k.Kind)).ToArray();
        int total = panels.Count * step - Between;
        double Top(int p) => 1 - (p * step + band) / (double)total;
        string Axis(int p) => p == 0 ? "y" : $"y{p + 1}";
        var traces = new List<Trace>();
        foreach (var (kind, name, series) in used)
        {
            int first = Enumerable.Range(0, panels.Count).First(p => panels[p].Marks.Any(m => m.Kind == kind));
            for (int p = first; p < panels.Count; p++)
                if (panels[p].Marks.Where(m => m.Kind == kind).ToArray() is { Length: > 0 } own)
                    traces.Add(GainTrace(own, panels[p].Marks, kind, name, series).With("yaxis", Axis(p)).With("legendgroup", name)
                        .With("showlegend", p == first));
        }
        double least = Math.Log10(Math.Max(1, all.Min(m => m.Parameters))), most = Math.Log10(Math.Max(10, all.Max(m => m.Parameters)));
        var layout = Drawing.Layout(title, total, (76, 48, 30, 56), legend: [.. used.Select(k => k.Name)])
            .With("xaxis", Drawing.Axis("learnt parameters (log scale)", grid: true).With("type", "log")
                .With("range", new[] { least - 0.35, most + 0.45 }).With("anchor", Axis(panels.Count - 1)))
            .With("shapes", panels.Select((_, p) =>
                new
                {
                    type = "line",
                    xref = "paper",
                    yref = Axis(p),
                    x0 = 0,
                    x1 = 1,
                    y0 = 0,
                    y1 = 0,
                    line = new { color = Style.Grey, width = 1.2, dash = "dash" }
                }).ToArray());
        for (int p = 0; p < panels.Count; p++)
            layout = layout.With($"yaxis{Axis(p)[1..]}",
                Drawing.Axis(panels.Count == 1 ? "fall of the test loss (nats a question)"
                    : "fall of the test loss<br>(nats a question)", grid: true).With("range", panels[p].Range(withFull: true))
                    .With("domain", new[] { Math.Max(0, Top(p) - height / (double)total), Top(p) }).With("anchor", "x"));
        if (panels.Count > 1)
            layout = layout.With("annotations", panels.Select((panel, p) =>
                new
                {
                    text = $"<b>{Style.Label(panel.Title)}</b>",
                    xref = "paper",
                    yref = "paper",
                    x = 0,
                    xanchor = "left",
                    y = Top(p),
                    yanchor = "bottom",
                    showarrow = false,
                    font = new { size = 12 }
                }).ToArray());
        return Drawing.Finish(traces, layout.With("updatemenus", GainButtons(panels, Axis, total)), title, caption);
    }

    private static Trace GainTrace(GainMark[] own, IReadOnlyList<GainMark> all, ArmKind kind, string name, int series) =>
        new Trace("scatter").With("mode", "markers+text").With("name", name)
        .With("x", own.Select(m => m.Parameters * (kind == ArmKind.Control ? ControlAside : 1)).Gaps())
        .With("y", own.Select(m => m.Gain).Gaps())
            .With("text", own.Select(m => Style.Label(m.Name)).ToArray())
            .With("textposition", own.Select(m => IsLower(m, all) ? "bottom center" : "top center").ToArray())
            .With("textfont", new { size = 11 })
            .With("marker", new
            {
                color = Style.Colour(series),
                symbol = Style.Symbol(series),
                size = 10,
                line = new { color = "#FFFFFF", width = 0.8 }
            })
            .With("error_y", new
            {
                type = "data",
                symmetric = false,
                color = Style.Colour(series),
                thickness = 1.4,
                width = 4,
                array = own.Select(m => m.High - m.Gain).Gaps(),
                arrayminus = own.Select(m => m.Gain - m.Low).Gaps()
            })
            .With("customdata", own.Select(m => m.Parameters.ToString("N0", CultureInfo.InvariantCulture)).ToArray())
            .With("hovertemplate", "<b>%{text}</b><br>%{customdata} parameters<br>%{y:.4~g} nats less<extra></extra>");

    // Of a calibration and its control, which stand side by side, the upper has its name above it and the lower below.
    private static bool IsLower(GainMark mark, IReadOnlyList<GainMark> all) =>
        all.Any(other => other != mark && other.Parameters == mark.Parameters
            && (other.Gain > mark.Gain || (other.Gain == mark.Gain && mark.Kind == ArmKind.Control)));

    // The upper reference can be far above: one button shows all, the other what the calibrations span.
    private static object[]? GainButtons(IReadOnlyList<GainPanel> panels, Func<int, string> axis, int height)
    {
        if (!panels.Any(p => p.Marks.Any(m => m.Kind == ArmKind.FullTuning) && p.Marks.Any(m => m.Kind != ArmKind.FullTuning))) return null;
        object Button(string label, bool withFull) =>
            new
            {
                label,
                method = "relayout",
                args = new object[]
                { panels.Select((p, i) => (Axis: axis(i), Range: p.Range(withFull || p.Marks.All(m => m.Kind == ArmKind.FullTuning))))
                    .ToDictionary(p => $"yaxis{p.Axis[1..]}.range", p => p.Range) }
            };
        return [new { type = "buttons", direction = "right", buttons = new[] { Button("all", true), Button("without all weights", false) },
            active = 0, x = 1, xanchor = "right", y = 1 + 16.0 / height, yanchor = "middle", showactive = true, bgcolor = "#FFFFFF",
                bordercolor = Style.Grey, font = new { size = 11 } }];
    }

    private static string Seeds(int count) => $"{count} {(count == 1 ? "seed" : "seeds")}";
}
