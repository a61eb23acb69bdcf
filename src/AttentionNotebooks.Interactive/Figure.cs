using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace AttentionNotebooks;

/// <summary>
/// A finished chart: what plotly.js needs to draw it, with a title and the sentence that says what to see. Immutable.
/// The one type that crosses the border to the charts' private load context, so it is made of strings only.
/// </summary>
/// <remarks>The caption also travels inside the layout as <c>meta.caption</c>, for hosts that only get the JSON.</remarks>
[TypeFormatterSource(typeof(FigureFormatters), PreferredMimeTypes = ["text/html"])]
public sealed class Figure
{
    /// <summary>The mime type of <see cref="ToJson"/>.</summary>
    public const string PlotlyMimeType = "application/vnd.plotly.v1+json";

    // Keeps letters of every script readable and escapes <, > and &, so that the JSON is safe inside a script element.
    internal static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Creates a figure.</summary>
    /// <param name="title">What is drawn, in a few words; plain text.</param>
    /// <param name="caption">What to see in it, in one to three sentences; plain text.</param>
    /// <param name="dataJson">The traces: a JSON array with at least one object.</param>
    /// <param name="layoutJson">The layout: a JSON object.</param>
    /// <param name="configJson">Plotly's configuration: a JSON object.</param>
    /// <exception cref="ArgumentException">A part is not JSON, is not of the kind named above, or there is no trace.</exception>
    public Figure(string title, string caption, string dataJson, string layoutJson, string configJson)
    {
        var data = Parse<JsonArray>(dataJson, nameof(dataJson), "array");
        if (data.Count == 0) throw new ArgumentException("a figure needs at least one trace", nameof(dataJson));
        var layout = Parse<JsonObject>(layoutJson, nameof(layoutJson), "object");
        var config = Parse<JsonObject>(configJson, nameof(configJson), "object");
        if (layout["meta"] is not JsonObject) layout["meta"] = new JsonObject();
        layout["meta"]!["caption"] = caption;
        Title = title;
        Caption = caption;
        DataJson = data.ToJsonString(Json);
        LayoutJson = layout.ToJsonString(Json);
        ConfigJson = config.ToJsonString(Json);
    }

    /// <summary>What is drawn, in a few words.</summary>
    public string Title { get; }

    /// <summary>What to see in it.</summary>
    public string Caption { get; }

    /// <summary>The traces: a JSON array.</summary>
    public string DataJson { get; }

    /// <summary>The layout: a JSON object; <c>meta.caption</c> holds <see cref="Caption"/>.</summary>
    public string LayoutJson { get; }

    /// <summary>Plotly's configuration: a JSON object.</summary>
    public string ConfigJson { get; }

    /// <summary>The figure as <c>{"data": […], "layout": {…}, "config": {…}}</c>; safe inside a script element as it is.</summary>
    public string ToJson() => $"{{\"data\":{DataJson},\"layout\":{LayoutJson},\"config\":{ConfigJson}}}";

    /// <summary>
    /// A piece of HTML that draws the figure in a page which has plotly.js, now or a little later
    /// (<see cref="PlotlyScript.LoaderHtml"/>); the caption stands under the chart. Every call has an id of its own.
    /// </summary>
    public string ToHtml() => FigureHtml.Fragment(this, $"figure-{Guid.NewGuid():N}");

    /// <summary>Writes a page that draws the figure without a network: plotly.js is part of it (3.6 MB).</summary>
    /// <param name="path">The file, by custom ending in .html.</param>
    /// <exception cref="InputException">The folder cannot be written to, or plotly.js is not beside the kit.</exception>
    public void SavePage(string path) => AtomicFile.WriteText(path, FigureHtml.Page(this));

    /// <summary>The title and, below it, the caption.</summary>
    public override string ToString() => Caption.Length == 0 ? Title : $"{Title}\n{Caption}";

    private static T Parse<T>(string json, string parameter, string kind) where T : JsonNode
    {
        try
        {
            return JsonNode.Parse(json) as T ?? throw new ArgumentException($"not a JSON {kind}", parameter);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"not JSON: {e.Message}", parameter, e);
        }
    }
}
