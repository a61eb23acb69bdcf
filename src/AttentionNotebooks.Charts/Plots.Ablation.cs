using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// What heads are for: what is lost without them, and whether measures of importance agree.
public sealed partial class Plots
{
    /// <inheritdoc/>
    public Figure GroupEffects(IReadOnlyList<AblationEffect> effects, string? title = null, string? caption = null)
    {
        Require(effects.Count > 0, "there are no effects", nameof(effects));
        var first = effects[0];
        bool only = first.OnlyKept;
        title ??= only ? "What is lost when only one group of heads is kept" : "What is lost without each group of heads";
        double[] rows = [.. effects.Select((_, i) => (double)i)];
        int[] compared = [.. Enumerable.Range(0, effects.Count).Where(i => effects[i].Random is not null)];
        const string Draws = "matching random groups", Spread = "95 % of random groups", Own = "the group itself, 95 % over items";
        var traces = new List<Trace>();
        if (compared.Length > 0)
        {
            // A gap after each line, so that one trace draws all; and draws spread over the height of a row, so that equal ones show.
            traces.Add(new Trace("scatter").With("mode", "lines").With("name", Spread).With("hoverinfo", "skip")
                .With("x", compared.SelectMany(i => new[] { effects[i].Random!.Low, effects[i].Random!.High, double.NaN }).Gaps())
                .With("y", compared.SelectMany(i => new[] { i + 0.2, i + 0.2, double.NaN }).Gaps())
                .With("line", new { color = Style.Fade(Style.Grey, 0.45), width = 7 }));
            traces.Add(new Trace("scatter").With("mode", "markers").With("name", Draws)
                .With("x", compared.SelectMany(i => effects[i].Random!.Losses).Gaps())
                .With("y", compared.SelectMany(i => effects[i].Random!.Losses.Select((_, k) => i + 0.2 + (k * 0.618 % 1 - 0.5) * 0.3))
                    .Gaps())
                .With("marker", new { symbol = "circle-open", size = 5, color = Style.Grey })
                .With("hovertemplate", "a random group: %{x:.4~g} nats<extra></extra>"));
        }
        traces.Add(new Trace("scatter").With("mode", "markers").With("name", Own).With("x", effects.Select(e => e.Loss.Value).Gaps())
            .With("y", rows.Select(r => r - 0.2).ToArray())
            .With("marker", new { symbol = "diamond", size = 11, color = Style.Accent, line = new { color = "#FFFFFF", width = 1 } })
            .With("error_x", new
            {
                type = "data",
                symmetric = false,
                color = Style.Accent,
                thickness = 1.6,
                width = 4,
                array = effects.Select(e => e.Loss.High - e.Loss.Value).Gaps(),
                arrayminus = effects.Select(e => e.Loss.Value - e.Loss.Low)
                    .Gaps()
            })
            .With("customdata", effects.Select(e => Style.Label($"{e.Group.Name} ({e.Group.Heads.Count} heads)")).ToArray())
            .With("hovertemplate", "<b>%{customdata}</b><br>%{x:.4~g} nats<extra></extra>"));
        string[] names = [.. effects.Select(e => $"{e.Group.Name} ({e.Group.Heads.Count})")];
        var layout = Drawing.Layout(title, Math.Max(90, 46 * effects.Count),
            (Math.Clamp(30 + 7 * names.Max(n => n.Length), 60, 250), 48, 30, 52), legend: compared.Length > 0 ? [Spread, Draws, Own] : null)
            .With("xaxis", Drawing.Axis("change of the loss (nats per question)", grid: true).With("zeroline", true)
                .With("zerolinecolor", Style.Grey))
            .With("yaxis", Drawing.Axis("").Ticks(rows, names.Select(n => Style.Wrapped(n, 32)))
                .With("range", new[] { effects.Count - 0.5, -0.5 }).With("ticks", ""));
        return Drawing.Finish(traces, layout, title, caption ?? (only
            ? "Diamonds: the loss when all heads but the group's are removed; lower is better. A group left of its grey circles does "
            + "more of the work than random heads of the same layers would."
            : "Diamonds: how much the loss rises without the group. A group right of its grey circles matters more than random heads of "
            + "the same layers do, one left of them less; among them, it is as good as any."));
    }

    /// <inheritdoc/>
    public Figure AgreementMatrix(MeasureAgreement agreement, string? title = null, string? caption = null)
    {
        title ??= "Do the measures order the heads alike?";
        int n = agreement.Names.Count;
        double[][] rho = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => agreement[i, j].Rho).ToArray())];
        string Cell(int i, int j) => i == j || double.IsNaN(rho[i][j]) ? ""
            : $"{Style.Number(Math.Round(rho[i][j], 2))}<br>{Span(agreement[i, j].OverHeads)}";
        string Hover(int i, int j) => i == j ? "the same measure"
            : $"{Style.Number(Math.Round(rho[i][j], 2))}; over heads {Span(agreement[i, j].OverHeads)}, over texts "
            + $"{Span(agreement[i, j].OverTexts)}";
        string[][] Texts(Func<int, int, string> of) =>
            [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => of(i, j)).ToArray())];
        double[] at = [.. Enumerable.Range(0, n).Select(i => (double)i)];
        string[] labels = [.. agreement.Names.Select(name => Style.Wrapped(name, 14))];
        var trace = new Trace("heatmap").With("z", rho.Select(r => r.Gaps()).ToArray()).With("text", Texts(Cell))
            .With("customdata", Texts(Hover)).With("x", at).With("y", at)
            .With("colorscale", Style.DivergingScale).With("zmin", -1).With("zmax", 1).With("xgap", 1).With("ygap", 1)
            .With("colorbar", Drawing.ColourBar("Spearman's correlation"))
            .With("texttemplate", n <= 8 ? "%{text}" : null).With("textfont", n <= 8 ? new { size = 11 } : null)
            .With("hovertemplate", "%{customdata}<extra></extra>");
        var layout = Drawing.Layout(title, 62 * n, (120, 48, 100, 62)).With("plot_bgcolor", Style.Faint)
            .With("xaxis", Drawing.Axis("").Ticks(at, labels).With("ticks", ""))
            .With("yaxis", Drawing.Axis("").Ticks(at, labels).With("autorange", "reversed").With("ticks", ""));
        return Drawing.Finish([trace], layout, title, caption ??
            "Each cell: the rank correlation of two measures over the heads, and its 95 % interval over heads drawn again. Orange: they "
            + "agree; white: knowing one says nothing of the other; blue: they disagree. Hover for the interval over texts.");
    }

    private static string Span(Interval interval) =>
        $"[{Style.Number(Math.Round(interval.Low, 2))}, {Style.Number(Math.Round(interval.High, 2))}]";
}
