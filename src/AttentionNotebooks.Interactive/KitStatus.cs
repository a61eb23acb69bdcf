namespace AttentionNotebooks;

/// <summary>What <see cref="Kit.Start"/> found. Shows as one line; in a live notebook its HTML also brings plotly.js.</summary>
/// <param name="Version">The kit's version.</param>
/// <param name="Device">Where tensors live, <c>cpu</c> or <c>cuda</c>; <see langword="null"/> when libtorch cannot be used.</param>
/// <param name="Problem">Why libtorch cannot be used, or <see langword="null"/>.</param>
/// <param name="DataFolder">The data that the product ships, or <see langword="null"/> outside the repository.</param>
/// <param name="Model">The model that <see cref="Kit.Model"/> gives.</param>
[TypeFormatterSource(typeof(KitStatusFormatters), PreferredMimeTypes = ["text/html"])]
public sealed record KitStatus(string Version, string? Device, string? Problem, string? DataFolder, string Model)
{
    /// <summary>The line.</summary>
    public override string ToString() =>
        $"AttentionNotebooks {Version} · tensors: {Device ?? $"none, libtorch does not load ({Problem})"} · data: "
        + $"{DataFolder ?? "not found"} · model: {Model}";

    /// <summary>The line as HTML, and plotly.js unless the page has it (<see cref="PlotlyScript.ProvidedByPage"/>).</summary>
    /// <exception cref="InputException">plotly.js is needed and does not lie beside the kit.</exception>
    public string ToHtml() => ToHtml(!PlotlyScript.ProvidedByPage);

    internal string ToHtml(bool withPlotly)
    {
        string line = $"""<div style="font:12px {Html.FontFamily};opacity:.7">{Html.Escape(ToString())}</div>""";
        return withPlotly ? $"{line}\n{PlotlyScript.LoaderHtml}" : line;
    }
}

/// <summary>How hosts show a <see cref="KitStatus"/>.</summary>
internal sealed class KitStatusFormatters
{
    /// <summary>The formatters.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new ConventionFormatter("text/html", s => ((KitStatus)s).ToHtml()),
        new ConventionFormatter("text/plain", s => s.ToString()!),
    ];
}
