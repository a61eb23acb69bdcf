using System.Net;

namespace AttentionNotebooks;

/// <summary>Small pieces of HTML that all formatters share.</summary>
internal static class Html
{
    /// <summary>The sans-serif of the system: nothing to download, and on paper as on screen.</summary>
    public const string FontFamily = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

    /// <summary>Text as HTML text or attribute value.</summary>
    /// <param name="text">Any text.</param>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);
}
