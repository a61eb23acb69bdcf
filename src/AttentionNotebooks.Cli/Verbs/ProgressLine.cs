using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Progress over texts, with the time to go.</summary>
internal sealed class ProgressLine(TextWriter error, string unit) : IProgress<VisitProgress>, IDisposable
{
    private readonly StatusLine _line = new(error);

    public void Report(VisitProgress value) => _line.Show(() =>
        string.Create(CultureInfo.InvariantCulture, $"{value.TextsDone}/{value.Texts} {unit}, "
            + $"{value.TextsDone / value.Elapsed.TotalSeconds:0.#} a second, {StatusLine.Span(value.Remaining)} to go"));

    public void Dispose() => _line.Dispose();
}
