namespace AttentionNotebooks;

/// <summary>
/// Names the class that formats a type. Notebook hosts recognise the attribute by its simple name, so a type that carries
/// it is shown rightly whichever copy of the formatting library the host has loaded, and after a reset of its formatters.
/// </summary>
/// <param name="formatterSourceType">A class with a parameterless constructor and a method <c>CreateTypeFormatters</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>The class that creates the formatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>What a host shows unless asked for something else.</summary>
    public string[] PreferredMimeTypes { get; set; } = [];
}

/// <summary>Writes a value in one mime type; hosts find the two members by name.</summary>
/// <param name="write">Turns the value into text.</param>
internal sealed class ConventionFormatter(string mimeType, Func<object, string> write)
{
    /// <summary>The mime type.</summary>
    public string MimeType { get; } = mimeType;

    /// <summary>Writes the value.</summary>
    /// <param name="instance">The value.</param>
    /// <param name="writer">Where to.</param>
    /// <returns>Whether it was written.</returns>
    public bool Format(object instance, TextWriter writer)
    {
        writer.Write(write(instance));
        return true;
    }
}

/// <summary>How hosts show a <see cref="Figure"/>.</summary>
internal sealed class FigureFormatters
{
    /// <summary>The formatters: HTML that draws, the JSON that the runner draws from, and plain text.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new ConventionFormatter("text/html", f => ((Figure)f).ToHtml()),
        new ConventionFormatter(Figure.PlotlyMimeType, f => ((Figure)f).ToJson()),
        new ConventionFormatter("text/plain", f => ((Figure)f).ToString()),
    ];
}
