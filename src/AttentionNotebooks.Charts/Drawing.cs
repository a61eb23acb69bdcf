using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.FSharp.Collections;
using Plotly.NET;
using Plotly.NET.LayoutObjects;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

/// <summary>From Plotly.NET's objects to a <see cref="Figure"/>. Plotly.NET's default template stays out: it is larger than most
/// charts.</summary>
internal static class Drawing
{
    /// <summary>Sets a property by plotly.js' own name; <see langword="null"/> leaves it out.</summary>
    /// <param name="node">A trace, an axis, a layout.</param>
    /// <param name="name">The property.</param>
    public static T With<T>(this T node, string name, object? value) where T : DynamicObj.DynamicObj
    {
        if (value is not null) node.SetProperty(name, value);
        return node;
    }

    /// <summary>The layout that all charts start from.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="height">Pixels of the plot itself.</param>
    /// <param name="margin">Left, top, right and bottom in pixels.</param>
    /// <param name="width">Pixels of the whole figure.</param>
    /// <param name="legend">The names in the legend, for the room that they take; <see langword="null"/> for none.</param>
    public static Layout Layout(string title, int height, (int L, int T, int R, int B) margin, int width = Style.Width,
        IReadOnlyList<string>? legend = null)
    {
        int room = legend is null ? 0 : 8 + 19 * LegendLines(legend, width - 32), top = margin.T + room, total = top + height + margin.B;
        double plotWidth = width - margin.L - margin.R;
        return new Layout().With("width", width).With("height", total)
            .With("margin", new { l = margin.L, t = top, r = margin.R, b = margin.B })
            .With("paper_bgcolor", "#FFFFFF").With("plot_bgcolor", "#FFFFFF")
            .With("font", new { family = Style.FontFamily, size = 12, color = Style.Ink })
            // Title and legend begin at the left edge of the figure, where the caption below begins too.
            .With("title", new
            {
                text = $"<b>{Style.Label(title)}</b>",
                x = 16.0 / width,
                xanchor = "left",
                y = 1 - 22.0 / total,
                yanchor = "middle",
                font = new { size = 15 }
            })
            .With("hoverlabel", new { bgcolor = "#FFFFFF", bordercolor = Style.Grey, font = new { size = 12, color = Style.Ink } })
            .With("showlegend", legend is not null)
            .With("legend", legend is null ? null : new
            {
                orientation = "h",
                traceorder = "normal",
                x = (16 - margin.L) / plotWidth,
                xanchor = "left",
                y = 1 + 6.0 / height,
                yanchor = "bottom"
            });
    }

    // plotly.js sets the entries one after the other and breaks the line where one does not fit; the title needs to know.
    private static int LegendLines(IReadOnlyList<string> names, int width)
    {
        double used = 0;
        int lines = 1;
        foreach (string name in names)
        {
            double entry = 50 + 6.6 * name.Length;
            if (used > 0 && used + entry > width) (used, lines) = (0, lines + 1);
            used += entry;
        }
        return lines;
    }

    /// <summary>An axis with a title, a thin line and no zero line.</summary>
    /// <param name="title">Title with unit; already a label.</param>
    /// <param name="grid">Whether grid lines are drawn.</param>
    public static LinearAxis Axis(string title, bool grid = false) => new LinearAxis()
        .With("title", title.Length > 0 ? new { text = title, standoff = 8 } : null)
        .With("showgrid", grid).With("gridcolor", grid ? Style.Faint : null)
        .With("zeroline", false).With("ticks", "outside").With("ticklen", 4).With("tickcolor", Style.Grey).With("linecolor", Style.Grey);

    /// <summary>Puts labels at positions.</summary>
    /// <param name="at">Positions.</param>
    /// <param name="labels">Labels, already escaped.</param>
    public static LinearAxis Ticks(this LinearAxis axis, IEnumerable<double> at, IEnumerable<string> labels) =>
        axis.With("tickmode", "array").With("tickvals", at.ToArray()).With("ticktext", labels.ToArray());

    /// <summary>Puts a trace into a panel of a chart of several.</summary>
    /// <param name="panel">From 0.</param>
    public static Trace On(this Trace trace, int panel) => panel == 0 ? trace
        : trace.With("xaxis", $"x{panel + 1}").With("yaxis", $"y{panel + 1}");

    /// <summary>A thin colour bar with its title written upwards beside it.</summary>
    /// <param name="title">Title with unit; already a label.</param>
    public static object ColourBar(string title) =>
        new
        {
            title = new { text = title, side = "right" },
            thickness = 12,
            outlinewidth = 0,
            ticks = "outside",
            ticklen = 3,
            tickcolor = Style.Grey,
            xpad = 6
        };

    /// <summary>Values for plotly.js, which takes null, but not NaN or infinity, for a gap.</summary>
    /// <param name="values">Any numbers.</param>
    public static double?[] Gaps(this IEnumerable<double> values) => [.. values.Select(v => double.IsFinite(v) ? v : (double?)null)];

    /// <summary>The rows of an attention map as plotly.js wants them; four decimals, since nobody sees a smaller weight.</summary>
    /// <param name="map">Attention probabilities.</param>
    public static double?[][] Rows(double[,] map) =>
        [.. Enumerable.Range(0, map.GetLength(0))
            .Select(i => Enumerable.Range(0, map.GetLength(1)).Select(j => Math.Round(map[i, j], 4)).Gaps())];

    /// <summary>The finished figure.</summary>
    /// <param name="traces">What is drawn.</param>
    /// <param name="layout">Where.</param>
    /// <param name="caption">What to see.</param>
    public static Figure Finish(IEnumerable<Trace> traces, Layout layout, string title, string caption)
    {
        // A picture for a paper is a vector picture; the buttons that select points have nothing to act on here.
        var config = new Config().With("displaylogo", false)
            .With("toImageButtonOptions", new { format = "svg", filename = FileName(title) })
            .With("modeBarButtonsToRemove", new[] { "select2d", "lasso2d", "autoScale2d" });
        var chart = GenericChart.NewMultiChart(ListModule.OfSeq(traces), layout, config, new DisplayOptions());
        using var json = JsonDocument.Parse(GenericChart.toJson(chart));
        return new Figure(title, caption, Light(json, "data"), Light(json, "layout"), Light(json, "config"));
    }

    private static string FileName(string title) =>
        string.Concat(title.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    // Five significant digits are more than a screen or a hover label shows; written in full, a 12 × 12 grid is three times as large.
    private static string Light(JsonDocument json, string part)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) Write(writer, json.RootElement.GetProperty(part));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                double value = element.GetDouble();
                writer.WriteRawValue(double.IsInteger(value) && Math.Abs(value) < 1e15
                    ? value.ToString("0", CultureInfo.InvariantCulture)
                    : double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
                    .ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
