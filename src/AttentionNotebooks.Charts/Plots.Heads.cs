using System.Globalization;
using Plotly.NET;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// One feature over all heads: as a grid, and as a distribution.
public sealed partial class Plots
{
    private const int BarTitleWidth = 26; // characters

    /// <inheritdoc/>
    public Figure HeadGrid(HeadTable table, string feature, string? title = null, string? caption = null, bool diverging = false)
    {
        var column = table.Column(feature);
        double[] known = [.. column.Where(double.IsFinite)];
        Require(known.Length > 0, $"no head has a value of {feature}", nameof(feature));
        var grid = table.Grid;
        double largest = known.Max(Math.Abs);
        diverging |= known.Min() < 0 && known.Max() > 0;
        title ??= $"{feature} of every head";
        var rows = Enumerable.Range(0, grid.Layers).Select(l => column.Skip(l * grid.Heads).Take(grid.Heads).Gaps()).ToArray();
        var trace = new Trace("heatmap").With("z", rows)
            .With("colorscale", diverging ? Style.DivergingScale : Style.InkScale)
            // A scale from 0 lets colours be compared as amounts; only a signed feature has its 0 in the middle.
            .With("zmin", diverging ? -largest : Math.Min(0, known.Min())).With("zmax", diverging ? largest : Math.Max(0, known.Max()))
            .With("colorbar", Drawing.ColourBar(BarTitle(feature, column.Unit))).With("xgap", 1).With("ygap", 1)
            .With("texttemplate", grid.Heads <= 12 ? $"%{{z:{Style.CellFormat(largest)}}}" : null)
            .With("textfont", grid.Heads <= 12 ? new { size = 10 } : null)
            .With("hovertemplate",
                $"<b>%{{y}}-%{{x}}</b><br>{Style.Label(feature)} "
                    + $"%{{z:.4~g}}{Style.Label(ColumnUnit.AfterNumber(column.Unit))}<extra></extra>");
        return Drawing.Finish([trace], GridLayout(title, grid, 110), title, caption ?? Extremes(table, column));
    }

    // A short grid has a short bar, beside which a long title would be cut.
    private static string BarTitle(string feature, string unit) =>
        Style.Wrapped(unit.Length == 0 ? feature : $"{feature} ({unit})", BarTitleWidth);

    /// <inheritdoc/>
    public Figure Distribution(HeadTable table, string feature, string? title = null, string? caption = null)
    {
        var column = table.Column(feature);
        int[] known = [.. Enumerable.Range(0, column.Count).Where(i => double.IsFinite(column[i]))];
        Require(known.Length > 0, $"no head has a value of {feature}", nameof(feature));
        double[] sorted = [.. known.Select(i => column[i]).Order()];
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        title ??= $"{feature} over the heads";
        string name = Style.Label(feature), after = Style.Label(ColumnUnit.AfterNumber(column.Unit));
        var histogram = new Trace("histogram").With("x", sorted).With("xbins", Bins(sorted))
            .With("marker", new { color = Style.Accent, line = new { color = "#FFFFFF", width = 1 } })
            .With("yaxis", "y2").With("hovertemplate", $"{name} %{{x}}{after}<br>%{{y}} heads<extra></extra>");
        var strip = new Trace("scatter").With("mode", "markers").With("cliponaxis", false).With("x", known.Select(i => column[i]).ToArray())
            .With("y", known.Select(i => table.Grid[i].Layer).ToArray())
            .With("customdata", known.Select(i => table.Grid[i].ToString()).ToArray())
            .With("marker", new { color = Style.Fade(Style.Accent, 0.55), size = 8, line = new { color = Style.Accent, width = 1 } })
            .With("hovertemplate", $"<b>%{{customdata}}</b><br>{name} %{{x:.4~g}}{after}<extra></extra>");
        var layout = Drawing.Layout(title, 165 + 17 * table.Grid.Layers, (60, 58, 30, 52))
            .With("xaxis", Drawing.Axis(Style.WithUnit(feature, column.Unit), grid: true).With("anchor", "y")
                .With("rangemode", sorted[0] >= 0 ? "tozero" : null))
            .With("yaxis", Drawing.Axis("layer", grid: true).With("domain", new[] { 0, 0.58 })
                .With("range", new[] { -0.8, table.Grid.Layers - 0.2 }).With("dtick", table.Grid.Layers <= 12 ? 1 : 2))
            .With("yaxis2", Drawing.Axis("heads", grid: true).With("domain", new[] { 0.64, 1.0 }).With("rangemode", "tozero"))
            .With("shapes", new[] { new { type = "line", x0 = median, x1 = median, y0 = 0, y1 = 1, yref = "paper",
                line = new { color = Style.Highlight, width = 1.5, dash = "dash" } } })
            .With("annotations", new[] { new { text = $"median {Style.Number(median)}", x = median, y = 1, yref = "paper", xanchor = "left",
                yanchor = "bottom", showarrow = false, font = new { color = Style.Highlight, size = 11 } } });
        return Drawing.Finish([histogram, strip], layout, title, caption ??
            $"Above, how many heads have which {feature}; below, every head in the row of its layer. Half of the heads lie on either side "
            + $"of the dashed line.");
    }

    // Heads to the right, layers upwards; shared with the grid of clusters.
    private static Layout GridLayout(string title, HeadGrid grid, int right, IReadOnlyList<string>? legend = null) =>
        Drawing.Layout(title, Math.Clamp(grid.Layers * 31, 120, 620), (60, 48, right, 52), legend: legend)
        .With("xaxis", Drawing.Axis("head").With("dtick", 1).With("ticks", ""))
        .With("yaxis", Drawing.Axis("layer").With("dtick", grid.Layers <= 24 ? 1 : 2).With("ticks", ""))
        .With("plot_bgcolor", Style.Faint);

    // Numbers that round: 1, 2 or 5 times a power of ten, 13 to 32 of them.
    private static object Bins(double[] sorted)
    {
        double range = sorted[^1] - sorted[0];
        if (range <= 0) return new { start = sorted[0] - 0.5, end = sorted[0] + 0.5, size = 1.0 };
        double rough = range / 32, power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double size = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
        return new { start = Math.Floor(sorted[0] / size) * size, end = (Math.Floor(sorted[^1] / size) + 1) * size, size };
    }

    private static string Extremes(HeadTable table, HeadColumn column)
    {
        string List(IReadOnlyList<(Head Head, double Value)> heads) =>
            string.Join(", ", heads.Select(h => $"{h.Head} ({Style.Number(h.Value)})"));
        return string.Create(CultureInfo.InvariantCulture,
            $"Layer 0 is at the bottom. Highest: {List(table.Highest(column.Name, 3))}; lowest: "
                + $"{List(table.Lowest(column.Name, 3))}{ColumnUnit.AfterNumber(column.Unit)}.");
    }
}
