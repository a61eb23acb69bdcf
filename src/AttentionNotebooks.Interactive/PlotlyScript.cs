namespace AttentionNotebooks;

/// <summary>The plotly.js that comes inside the Plotly.NET package: charts draw where there is no network.</summary>
internal static class PlotlyScript
{
    private static readonly Lazy<string> _source = new(Read);

    /// <summary>plotly.js itself, minified; about 3.6 million characters, none of them ending a script element.</summary>
    /// <exception cref="InputException">Plotly.NET.dll does not lie beside the kit, or holds no plotly.js.</exception>
    public static string Source => _source.Value;

    /// <summary>A script element that gives the page plotly.js unless it has one.</summary>
    /// <remarks>
    /// Jupyter's classic pages define AMD's <c>define</c>, with which plotly.js would hide itself in a module; so the
    /// names of the module systems are shadowed, and it becomes <c>window.Plotly</c> everywhere.
    /// </remarks>
    public static string LoaderHtml => $$"""
        <script>
        if (!window.Plotly) (function (define, exports, module) {
        {{Source}}
        }).call(window);
        </script>
        """;

    /// <summary>
    /// Whether the page that shows the outputs brings plotly.js itself, as the headless runner's pages do; then the
    /// set-up cell's output leaves it out. A runner sets this before the first cell.
    /// </summary>
    public static bool ProvidedByPage { get; set; }

    private static string Read()
    {
        var assembly = PlotsLoader.Context.LoadBeside("Plotly.NET");
        string name = assembly.GetManifestResourceNames().FirstOrDefault(n => n.EndsWith(".min.js", StringComparison.Ordinal))
            ?? throw new InputException(assembly.Location, null, "holds no plotly.js",
                "Build the solution again with the Plotly.NET version that it names");
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        // In the strings and expressions of a script <\/ means </, and does not end the element.
        return reader.ReadToEnd().Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
    }
}
