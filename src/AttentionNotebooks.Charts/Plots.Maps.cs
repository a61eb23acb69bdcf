using AttentionNotebooks.Interactive;
using Plotly.NET;
using Plotly.NET.LayoutObjects;
using Figure = AttentionNotebooks.Interactive.Figure;

namespace AttentionNotebooks.Charts;

// Attention on one text: a single map, and many maps side by side.
public sealed partial class Plots
{
    // Above this, a label per token is not legible; the axis then chooses which to show.
    private const int MostLabels = 64;
    private const int MostMaps = 24;
    private const string MapHover = "%{y} → %{x}: %{z:.4f}<extra></extra>";

    /// <inheritdoc/>
    public Figure AttentionMap(float[,] map, IReadOnlyList<string> tokens, string title, string? caption = null) => AttentionMap(Widen(map), tokens, title, caption);

    /// <inheritdoc/>
    public Figure AttentionMap(double[,] map, IReadOnlyList<string> tokens, string title, string? caption = null)
    {
        RequireSquare(map, tokens, nameof(map));
        int n = tokens.Count, side = Math.Clamp(n * 30, 240, 560), left = LabelRoom(tokens) + 34;
        var trace = new Trace("heatmap").With("z", Drawing.Rows(map)).With("zmin", 0)
            .With("colorscale", Style.InkScale).With("colorbar", Drawing.ColourBar("attention weight"))
            .With("hovertemplate", MapHover).With("xgap", n <= 32 ? 1 : 0).With("ygap", n <= 32 ? 1 : 0);
        var layout = Drawing.Layout(title, side, (left, 48, 100, left), left + side + 100)
            .With("xaxis", TokenAxis("attended token (key)", tokens, trace, "x").With("tickangle", -90))
            .With("yaxis", TokenAxis("attending token (query)", tokens, trace, "y").With("autorange", "reversed"))
            .With("plot_bgcolor", Style.Faint);
        return Drawing.Finish([trace], layout, title, caption ??
            "Each row is one token's attention over all tokens and sums to 1; the darker, the more. A diagonal is attention to itself, lines beside it to neighbours, a column to one token from everywhere.");
    }

    /// <inheritdoc/>
    public Figure HeadMaps(IReadOnlyList<float[,]> maps, IReadOnlyList<string> names, IReadOnlyList<string> tokens, string title, string? caption = null)
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
            .With("coloraxis", new { cmin = 0, colorscale = Style.InkScale, colorbar = Drawing.ColourBar("attention weight") });
        var traces = new List<Trace>();
        var headings = new List<object>();
        for (int m = 0; m < maps.Count; m++)
        {
            int row = m / columns, column = m % columns;
            bool lowest = m + columns >= maps.Count;
            string id = m == 0 ? "" : $"{m + 1}";
            double x0 = column * (side + Gap) / (double)plotWidth, y1 = 1 - row * (side + Gap) / (double)plotHeight;
            traces.Add(new Trace("heatmap").With("z", Drawing.Rows(Widen(maps[m]))).With("coloraxis", "coloraxis")
                .With("xaxis", $"x{id}").With("yaxis", $"y{id}").With("hovertemplate", $"<b>{Style.Label(names[m])}</b><br>{MapHover}"));
            LinearAxis Small(LinearAxis axis, bool show, double from, double to, string other) => axis
                .With("domain", new[] { from, to }).With("anchor", other).With("showticklabels", show && labelled).With("ticks", "").With("mirror", true).With("showline", true).With("linecolor", Style.Faint).With("tickfont", new { size = side >= 11 * tokens.Count ? 10 : 8 })
                .With("matches", m == 0 ? null : other[0] == 'y' ? "x" : "y");
            layout.With($"xaxis{id}", Small(SmallTokenAxis(tokens), lowest, x0, x0 + side / (double)plotWidth, $"y{id}").With("tickangle", -90))
                .With($"yaxis{id}", Small(SmallTokenAxis(tokens), column == 0, y1 - side / (double)plotHeight, y1, $"x{id}").With("autorange", "reversed"));
            headings.Add(new { text = $"<b>{Style.Label(names[m])}</b>", x = x0, xref = "paper", xanchor = "left", y = y1, yref = "paper", yanchor = "bottom", showarrow = false, font = new { size = 12 } });
        }
        layout.With("annotations", headings);
        return Drawing.Finish(traces, layout, title, caption ??
            "One map per head on the same text: rows attend (queries), columns are attended (keys), both in the text's order; the darker, the more. All maps share one scale."
            + (labelled ? "" : " Hover for the tokens."));
    }

    private static LinearAxis TokenAxis(string title, IReadOnlyList<string> tokens, Trace trace, string coordinate)
    {
        var axis = Drawing.Axis(title).With("ticks", "");
        if (tokens.Count <= MostLabels)
            return axis.Ticks(Enumerable.Range(0, tokens.Count).Select(i => (double)i), tokens.Select(Style.Token)).With("tickfont", new { size = tokens.Count <= 45 ? 11 : 8 });
        // With the position in it each label is unique, so that they can be categories, of which the axis shows as many as have room.
        trace.With(coordinate, tokens.Select((t, i) => $"{Style.Token(t)} {i}").ToArray());
        return axis.With("type", "category").With("tickfont", new { size = 9 });
    }

    // Without titles: the caption tells the axes of all maps once.
    private static LinearAxis SmallTokenAxis(IReadOnlyList<string> tokens) =>
        Drawing.Axis("").Ticks(Enumerable.Range(0, tokens.Count).Select(i => (double)i), tokens.Select(Style.Token));

    private static int LabelRoom(IReadOnlyList<string> tokens) => 12 + 7 * tokens.Max(t => Math.Min(t.Length, 14) + (tokens.Count > MostLabels ? 3 : 0));

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
