using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AttentionNotebooks.Runner;

/// <summary>The outputs of a page's cells as HTML. One for each page: figures are numbered through it.</summary>
internal sealed partial class OutputHtml(MarkdownHtml markdown)
{
    // The richest form that a page can show comes first.
    private static readonly string[] Preferred =
        [Mime.Plotly, Mime.Html, "image/svg+xml", "image/png", "image/jpeg", Mime.Markdown, Mime.Plain];

    /// <summary>How many figures have been written.</summary>
    public int Figures { get; private set; }

    /// <summary>The HTML of <paramref name="output"/>.</summary>
    public string Render(Output output) => output switch
    {
        StreamOutput s => $"<pre class=\"stream{(s.Name == "stderr" ? " stderr" : "")}\">{Encode(Printed(s.Text))}</pre>\n",
        ErrorOutput e => $"<pre class=\"error\">{Encode(string.Join('\n', e.Trace))}</pre>\n",
        DisplayOutput d => $"<div class=\"output\">{Render(d.Data)}</div>\n",
        _ => throw new ArgumentOutOfRangeException(nameof(output)),
    };

    private string Render(IReadOnlyDictionary<string, string> data)
    {
        foreach (string mime in Preferred.Where(data.ContainsKey))
        {
            string content = data[mime];
            switch (mime)
            {
                case Mime.Plotly when Figure(content) is string figure: return figure;
                case Mime.Plotly: continue;
                case Mime.Html: return FormatterStyle().Replace(content, "");
                case Mime.Markdown: return markdown.Render(content, attachments: null);
                case "image/svg+xml": return content;
                case "image/png" or "image/jpeg":
                    return
                    $"<img src=\"data:{mime};base64,{Encode(content.ReplaceLineEndings(""))}\" alt=\"\">";
                default: return $"<pre>{Encode(content)}</pre>";
            }
        }
        return string.Concat(data.Select(d => $"<pre>{Encode(d.Value)}</pre>"));
    }

    // The default encoder writes < as \u003C, so that no text in a figure can end the script element.
    private string? Figure(string content)
    {
        JsonObject? figure;
        try { figure = JsonNode.Parse(content) as JsonObject; }
        catch (JsonException) { return null; }
        if (figure?["data"] is not JsonArray data) return null;
        var layout = figure["layout"] as JsonObject ?? [];
        string? caption = NotebookReader.Text((layout["meta"] as JsonObject)?["caption"]);
        var config = figure["config"] as JsonObject ?? [];
        if (!config.ContainsKey("responsive")) config["responsive"] = true;
        string id = $"fig-{++Figures}";
        // Room is kept for the chart, so that the text does not move when it comes.
        string height = layout["height"] is JsonValue given && given.TryGetValue(out double pixels)
            ? string.Create(CultureInfo.InvariantCulture, $" style=\"min-height:{pixels:0}px\"") : "";
        return $"<div id=\"{id}\" class=\"plotly\"{height}></div><script>figures.push(() => Plotly.newPlot(\"{id}\", "
            + $"{data.ToJsonString()}, {layout.ToJsonString()}, "
            + $"{config.ToJsonString()}))</script>{(string.IsNullOrEmpty(caption) ? "" : $"<p class=\"caption\">{Encode(caption)}</p>")}";
    }

    // A terminal shows colours and rewritten lines; a page shows what stands there in the end.
    private static string Printed(string text) =>
        string.Join('\n', Colour().Replace(text, "").Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n')
            .Select(line => line[(line.TrimEnd('\r').LastIndexOf('\r') + 1)..].TrimEnd('\r'))).TrimEnd('\n');

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex Colour();

    // .NET Interactive's formatters repeat their style sheet in every output; the page's own styles these classes.
    [GeneratedRegex(@"<style>\s*\.dni-.*?</style>", RegexOptions.Singleline)]
    private static partial Regex FormatterStyle();
}
