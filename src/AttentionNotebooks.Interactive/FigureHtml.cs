using System.Globalization;
using System.Text.Json;

namespace AttentionNotebooks;

/// <summary>HTML around a figure.</summary>
internal static class FigureHtml
{
    // Every host runs an output's scripts at another moment: JupyterLab before the output is part of the document, VS Code
    // before the set-up cell's output when it scrolls back into view. So the script tries until both are there, for 5 minutes.
    private const string DrawScript = """
        <script>
        (function (id, figure) {
          var tries = 0;
          function draw() {
            var target = document.getElementById(id);
            if (!target || !window.Plotly) { if (tries++ < 1500) setTimeout(draw, 200); return; }
            target.textContent = "";
            Plotly.newPlot(id, figure.data, figure.layout, figure.config);
          }
          draw();
        })("@id", @json);
        </script>
        """;

    /// <summary>The figure for a page that has, or will have, plotly.js.</summary>
    /// <param name="figure">What to draw.</param>
    /// <param name="id">The id of the element that it is drawn into.</param>
    public static string Fragment(Figure figure, string id)
    {
        var (width, height) = Size(figure);
        string caption = figure.Caption.Length == 0 ? "" :
            $"""<figcaption style="padding:2px 16px 12px;font:13px/1.45 {Html.FontFamily};color:#444">{Html.Escape(
                figure.Caption)}</figcaption>""";
        return $"""
            <figure class="attention-figure" style="margin:8px 0;background:#fff;width:{width}px;max-width:100%;overflow-x:auto">
            <div id="{id}" style="width:{width}px;height:{height}px;font:13px {Html.FontFamily};color:#666">
            This chart needs plotly.js: run the set-up cell, #load "kit.csx".</div>
            {caption}
            </figure>
            {DrawScript.Replace("@id", id).Replace("@json", figure.ToJson().Replace("<", "\\u003c"))}
            """;
    }

    /// <summary>A whole page with plotly.js inside.</summary>
    /// <param name="figure">What to draw.</param>
    public static string Page(Figure figure) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>{Html.Escape(figure.Title)}</title>
        </head>
        <body style="margin:16px;background:#fff">
        {PlotlyScript.LoaderHtml}
        {Fragment(figure, "figure")}
        </body>
        </html>

        """;

    // The room is reserved before plotly.js draws, so that a notebook does not jump.
    private static (string Width, string Height) Size(Figure figure)
    {
        using var layout = JsonDocument.Parse(figure.LayoutJson);
        string Side(string name, int otherwise) =>
            (layout.RootElement.TryGetProperty(name, out var side) && side.ValueKind == JsonValueKind.Number ? side.GetDouble() : otherwise)
            .ToString("0.##", CultureInfo.InvariantCulture);
        return (Side("width", 800), Side("height", 450));
    }
}
