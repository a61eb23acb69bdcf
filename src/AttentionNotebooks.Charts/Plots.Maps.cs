using Plotly.NET;
using Plotly.NET.LayoutObjects;
using Figure = AttentionNotebooks.Figure;

namespace AttentionNotebooks.Charts;

// Attention on one text: a single map, and many maps side by side.
public sealed partial class Plots
{
    // Above this, a label per token is not legible; the axis then chooses which to show.
    private const int MostLabels = 64;
    private const int MostMaps = 24;
    private const string SmallMapHover = "%{y} → %{x}: %{z:.4f}<extra></extra>";
    private const string MapHover = "<b>%{y} → %{x}: %{z:.4f}</b>%{text}<extra></extra>";

    /// <inheritdoc/>
    public Figure AttentionMap(float[,] map, IReadOnlyList<string> tokens, string title, string? caption = null) =>
        AttentionMap(Widen(map), tokens, title, caption);

    /// <inheritdoc/>
    public Figure AttentionMap(double[,] map, IReadOnlyList<string> tokens, string title, string? caption = null)
    {
        RequireSquare(map, tokens, nameof(map));
        var (all, words) = (new MapView(map, tokens, _ => true), new MapView(map, tokens, t => !MapView.IsMarker(t)));
        bool choice = words.Count > 0 && words.Count < all.Count; // nothing to choose in a text without special tokens
        int n = tokens.Count, side = Math.Clamp(n * 30, 240, 560), left = LabelRoom(tokens) + 34;
        var trace = new Trace("heatmap").With("z", all.Weights).With("zmin", 0).With("zmax", all.Largest)
            .With("colorscale", Style.InkScale).With("colorbar", Drawing.ColourBar("attention weight"))
            .With("text", all.Hover).With("hovertemplate", MapHover).With("xgap", n <= 32 ? 1 : 0).With("ygap", n <= 32 ? 1 : 0);
        if (n > MostLabels) trace.With("x", all.Places).With("y", all.Places);
        var layout = Drawing.Layout(title, side, (left, choice ? 88 : 48, 100, left), left + side + 100)
            .With("xaxis", TokenAxis("attended token (key)", all).With("tickangle", -90))
            .With("yaxis", TokenAxis("attending token (query)", all).With("autorange", "reversed"))
            .With("plot_bgcolor", Style.Faint).With("updatemenus", choice ? new object[] { TokenChoice(all, words, n > MostLabels) }
                : null);
        return Drawing.Finish([trace], layout, title, (caption ??
            "Each row is one token's attention over all tokens and sums to 1; the darker, the more. A diagonal is attention to itself, "
            + "lines beside it to neighbours, a column to one token from everywhere.")
            + (choice
                ? " “Words only” leaves out the rows and columns of the special tokens and changes no weight: what is left of a row is "
                + "what it gives to words." : ""));
    }

    /// <inheritdoc/>
    public Figure HeadMaps(IReadOnlyList<float[,]> maps, IReadOnlyList<string> names, IReadOnlyList<string> tokens, string title,
        string? caption = null)
    {
        Require(maps.Count is > 0 and <= MostMaps, $"{maps.Count} maps; from 1 to {MostMaps} fit on a page", nameof(maps));
        Require(names.Count == maps.Count, $"{names.Count} names for {maps.Count} maps", nameof(names));
        foreach (var map in maps) RequireSquare(Widen(map), tokens, nameof(maps));

        int n = maps.Count, columns = n <= 4 ? n : n <= 6 ? 3 : n <= 12 ? 4 : 6, rows = (n + columns - 1) / columns;
        const int Right = 90, Top = 68, Gap = 26;
        int Side(int left) => Math.Min(300, (Style.Width - left - Right - (columns - 1) * Gap) / columns);
        int left = LabelRoom(tokens) + 16, side = Side(left);
        bool labelled = side >= 8 * tokens.Count; // else the labels would run into each other
        if (!labelled) side = Side(left = 24);
        int plotWidth = columns * side + (columns - 1) * Gap, plotHeight = rows * side + (rows - 1) * Gap;
        var layout = Drawing.Layout(title, plotHeight, (left, Top, Right, left), left + plotWidth + Right).With("plot_bgcolor", Style.Faint)
            .With("coloraxis", new
            {
                cmin = 0,
                cmax = maps.Max(m => MapView.LargestOf(Widen(m))),
                colorscale = Style.InkScale,
                colorbar = Drawing.ColourBar("attention weight")
            });
        var traces = new List<Trace>();
        var headings = new List<object>();
        for (int m = 0; m < maps.Count; m++)
        {
            int row = m / columns, column = m % columns;
            bool lowest = m + columns >= maps.Count;
            string id = m == 0 ? "" : $"{m + 1}";
            double x0 = column * (side + Gap) / (double)plotWidth, y1 = 1 - row * (side + Gap) / (double)plotHeight;
            traces.Add(new Trace("heatmap").With("z", Drawing.Rows(Widen(maps[m]))).With("coloraxis", "coloraxis")
                .With("xaxis", $"x{id}").With("yaxis", $"y{id}")
                .With("hovertemplate", $"<b>{Style.Label(names[m])}</b><br>{SmallMapHover}"));
            LinearAxis Small(LinearAxis axis, bool show, double from, double to, string other) => axis
                .With("domain", new[] { from, to }).With("anchor", other).With("showticklabels", show && labelled).With("ticks", "")
                .With("mirror", true).With("showline", true).With("linecolor", Style.Faint)
                .With("tickfont", new { size = side >= 11 * tokens.Count ? 10 : 8 })
                .With("matches", m == 0 ? null : other[0] == 'y' ? "x" : "y");
            layout.With($"xaxis{id}", Small(SmallTokenAxis(tokens), lowest, x0, x0 + side / (double)plotWidth, $"y{id}")
                .With("tickangle", -90))
                .With($"yaxis{id}", Small(SmallTokenAxis(tokens), column == 0, y1 - side / (double)plotHeight, y1, $"x{id}")
                    .With("autorange", "reversed"));
            headings.Add(new
            {
                text = $"<b>{Style.Label(names[m])}</b>",
                x = x0,
                xref = "paper",
                xanchor = "left",
                y = y1,
                yref = "paper",
                yanchor = "bottom",
                showarrow = false,
                font = new { size = 12 }
            });
        }
        layout.With("annotations", headings);
        return Drawing.Finish(traces, layout, title, caption ??
            "One map per head on the same text: rows attend (queries), columns are attended (keys), both in the text's order; the darker, "
            + "the more. All maps share one scale."
            + (labelled ? "" : " Hover for the tokens."));
    }

    // With its position each label is unique, so that many can be categories, of which the axis shows as many as have room.
    private static LinearAxis TokenAxis(string title, MapView view)
    {
        // Lines from the pointer to both axes: which row, which column.
        var axis = Drawing.Axis(title).With("ticks", "").With("showspikes", true).With("spikemode", "across").With("spikesnap", "data")
            .With("spikethickness", 1).With("spikedash", "solid").With("spikecolor", Style.Highlight);
        return view.Count > MostLabels
            ? axis.With("type", "category").With("tickfont", new { size = 9 })
            : axis.Ticks(Enumerable.Range(0, view.Count).Select(i => (double)i), view.Labels)
            .With("tickfont", new { size = view.Count <= 45 ? 11 : 8 });
    }

    // Plotly's own buttons, so that they work in a saved page. The colour scale ends at the largest weight that is shown:
    // most heads give most to special tokens, and what they give to words would be pale.
    private static object TokenChoice(MapView all, MapView words, bool categories)
    {
        object Button(string label, MapView view)
        {
            var trace = new Dictionary<string, object> { ["z"] = new[] { view.Weights }, ["zmax"] = view.Largest };
            if (view.Hover is { } hover) trace["text"] = new[] { hover };
            var layout = new Dictionary<string, object> { ["xaxis.autorange"] = true, ["yaxis.autorange"] = "reversed" };
            foreach (string axis in (string[])["x", "y"])
                if (categories) trace[axis] = new[] { view.Places };
                else (layout[$"{axis}axis.tickvals"], layout[$"{axis}axis.ticktext"]) =
                    (Enumerable.Range(0, view.Count).ToArray(), view.Labels);
            return new { label, method = "update", args = new object[] { trace, layout } };
        }
        return new
        {
            type = "buttons",
            direction = "right",
            buttons = new[] { Button("all tokens", all), Button("words only", words) },
            active = 0,
            showactive = true,
            x = 0,
            xanchor = "left",
            y = 1,
            yanchor = "bottom",
            pad = new { b = 8 },
            bgcolor = "#FFFFFF",
            bordercolor = Style.Grey,
            font = new { size = 12 },
        };
    }

    // Without titles: the caption names the axes of all maps once.
    private static LinearAxis SmallTokenAxis(IReadOnlyList<string> tokens) =>
        Drawing.Axis("").Ticks(Enumerable.Range(0, tokens.Count).Select(i => (double)i), tokens.Select(Style.Token));

    private static int LabelRoom(IReadOnlyList<string> tokens) =>
        12 + 7 * tokens.Max(t => Math.Min(t.Length, 14) + (tokens.Count > MostLabels ? 3 : 0));

    private static double[,] Widen(float[,] map)
    {
        var wide = new double[map.GetLength(0), map.GetLength(1)];
        for (int i = 0; i < map.GetLength(0); i++)
            for (int j = 0; j < map.GetLength(1); j++) wide[i, j] = map[i, j];
        return wide;
    }

    private static void RequireSquare(double[,] map, IReadOnlyList<string> tokens, string parameter)
    {
        Require(tokens.Count > 0, "there are no tokens", nameof(tokens));
        Require(map.GetLength(0) == tokens.Count && map.GetLength(1) == tokens.Count,
            $"the map is {map.GetLength(0)} × {map.GetLength(1)}, and there are {tokens.Count} tokens", parameter);
    }
}
