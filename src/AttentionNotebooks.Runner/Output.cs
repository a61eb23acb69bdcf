namespace AttentionNotebooks.Runner;

/// <summary>One output of a code cell.</summary>
internal abstract record Output;

/// <summary>Text that the cell wrote to the console.</summary>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">What was written.</param>
internal sealed record StreamOutput(string Name, string Text) : Output;

/// <summary>A value that was displayed, in every form that it has.</summary>
/// <param name="Data">MIME type to content; JSON types hold JSON text.</param>
/// <param name="IsResult">The value of the cell's trailing expression, not of a <c>display</c>.</param>
internal sealed record DisplayOutput(IReadOnlyDictionary<string, string> Data, bool IsResult) : Output;

/// <summary>Why the cell failed.</summary>
/// <param name="Name">The kind of error.</param>
/// <param name="Message">What went wrong.</param>
/// <param name="Trace">Where, one place a line.</param>
internal sealed record ErrorOutput(string Name, string Message, IReadOnlyList<string> Trace) : Output;

/// <summary>The MIME types that the runner treats by name.</summary>
internal static class Mime
{
    public const string Plain = "text/plain";
    public const string Html = "text/html";
    public const string Markdown = "text/markdown";

    /// <summary>A figure: <c>{"data":[…],"layout":{…},"config":{…}}</c>.</summary>
    public const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>Whether nbformat stores content of this type as JSON and not as text.</summary>
    public static bool IsJson(string mime) => mime == "application/json" || mime.StartsWith("application/", StringComparison.Ordinal)
        && mime.EndsWith("+json", StringComparison.Ordinal);
}
