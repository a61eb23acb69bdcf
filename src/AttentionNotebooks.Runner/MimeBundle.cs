using System.Collections;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace AttentionNotebooks.Runner;

/// <summary>A value in the forms a notebook stores, made by .NET Interactive's formatters.</summary>
internal static class MimeBundle
{
    /// <summary>
    /// The forms of <paramref name="value"/>: those asked for, or else those its type prefers, with the figure of a
    /// type that has one and a plain text for readers without HTML.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Of(object? value, params IReadOnlyCollection<string> mimeTypes)
    {
        var type = value?.GetType();
        var data = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string mime in mimeTypes.Count > 0 ? mimeTypes : Formatter.GetPreferredMimeTypesFor(type)) data[mime] = Form(value, mime);
        if (mimeTypes.Count > 0) return data;
        if (type is null)
        {
            data[Mime.Plain] = Form(null, Mime.Plain);
            return data;
        }
        if (!data.ContainsKey(Mime.Plotly) && FormatterFor(type, Mime.Plotly) is { } figure)
            data[Mime.Plotly] = value.ToDisplayString(figure);
        if (!data.ContainsKey(Mime.Plain) && PlainText(value!, type) is string text) data[Mime.Plain] = text;
        return data;
    }

    // The formatters' own style sheet has \r\n in it, and a notebook has \n on every platform.
    private static string Form(object? value, string mime) => value.ToDisplayString(mime).Replace("\r\n", "\n", StringComparison.Ordinal);

    // Somebody who wrote the HTML form of a type did so because listing its properties says nothing; then its
    // ToString() is the better text. A lazy sequence is not enumerated a second time: doing so may cost or change things.
    private static string? PlainText(object value, Type type)
    {
        if (value is IHtmlContent) return null;
        if (value is IEnumerable and not ICollection and not string && !type.GetInterfaces().Any(IsCounted)) return null;
        bool ownHtml = FormatterFor(type, Mime.Html) is { } html && html.Type != typeof(object);
        bool ownText = FormatterFor(type, Mime.Plain) is { } plain && plain.Type != typeof(object);
        return ownHtml && !ownText ? value.ToString() : Form(value, Mime.Plain);
    }

    private static bool IsCounted(Type i) => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IReadOnlyCollection<>);

    private static ITypeFormatter? FormatterFor(Type type, string mime)
    {
        try { return Formatter.GetPreferredFormatterFor(type, mime); }
        catch (ArgumentException) { return null; /* no formatter makes this form of the type */ }
    }
}
