using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace AttentionNotebooks.Runner;

/// <summary>A notebook that was run, as one file that a browser shows with the network off.</summary>
internal static class NotebookPage
{
    /// <summary>The page of <paramref name="run"/>.</summary>
    public static string Render(NotebookRun run)
    {
        var markdown = new MarkdownHtml(run.Notebook.Folder);
        var outputs = new OutputHtml(markdown);
        var body = new StringBuilder();
        body.Append(
            $"<nav><a href=\"index.html\">All notebooks</a><span>{Encode(Path.GetFileName(run.Notebook.Path))} · "
                + $"{Seconds(run.Duration)}</span></nav>\n");
        if (run.Failure is { } failure)
            body.Append(
                $"<div class=\"banner\">This notebook stopped with an error in <a "
                    + $"href=\"#cell-{failure.Cell.Number}\">{Encode(failure.Place)}</a>.</div>\n");
        var executed = run.Cells.ToDictionary(c => c.Cell.Number);
        foreach (var cell in run.Notebook.Cells)
        {
            if (cell.Type == CellType.Markdown)
                body.Append(
                    $"<div class=\"text\" id=\"cell-{cell.Number}\">\n"
                        + $"{markdown.Render(cell.Source, cell.Json["attachments"] as JsonObject)}</div>\n");
            else if (cell.Type == CellType.Code && !string.IsNullOrWhiteSpace(cell.Source))
                Code(cell, executed.GetValueOrDefault(cell.Number), run.Failure, outputs, body);
        }
        // Figures inside an output's HTML wait for plotly.js too.
        if (outputs.Figures == 0 && !body.ToString().Contains("Plotly.newPlot(", StringComparison.Ordinal))
            return PageStyle.Page(Encode(run.Notebook.Title), "", body.ToString());
        // plotly.js is 3.6 MB: a page that begins with it stays white until all of it is read. So the text comes first,
        // then plotly.js once, then the figures one after the other, with room for the browser to paint in between.
        body.Append(
            $"<script>{PlotlyScript.Source}</script>\n<script>(function next() {{ const draw = figures.shift(); if (draw) {{ draw(); "
                + $"setTimeout(next); }} }})();</script>\n");
        return PageStyle.Page(Encode(run.Notebook.Title), "<script>const figures = [];</script>\n", body.ToString());
    }

    /// <summary>A duration for people.</summary>
    public static string Seconds(TimeSpan duration) => duration.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes} min {duration.Seconds} s");

    private static void Code(Cell cell, CellRun? run, CellFailure? failure, OutputHtml outputs, StringBuilder body)
    {
        string state = run is null ? " notrun" : failure?.Cell == cell ? " failed" : "";
        body.Append($"<div class=\"cell{state}\" id=\"cell-{cell.Number}\">");
        body.Append($"<div class=\"count\">{(run is null ? "not run" : $"[{run.ExecutionCount}]")}</div>");
        body.Append($"<pre class=\"code\">{CodeHtml.Render(cell.Source.Trim('\n'))}</pre>\n");
        if (run is { Outputs.Count: > 0 })
        {
            body.Append("<div class=\"outputs\">\n");
            foreach (var output in run.Outputs) body.Append(outputs.Render(output));
            body.Append("</div>");
        }
        body.Append("</div>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
