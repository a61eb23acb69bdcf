using System.Diagnostics;
using AttentionNotebooks.Attention;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Progress with the time to go: one line that is rewritten on a terminal, a line every ten seconds elsewhere.</summary>
internal sealed class ProgressLine(TextWriter error, string unit) : IProgress<VisitProgress>, IDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(200), Seldom = TimeSpan.FromSeconds(10);
    private readonly bool _terminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private bool _open;

    public void Report(VisitProgress value)
    {
        if (_sinceLast.Elapsed < (_terminal ? Often : Seldom)) return;
        _sinceLast.Restart();
        string line = FormattableString.Invariant($"{value.TextsDone}/{value.Texts} {unit}, {value.TextsDone / value.Elapsed.TotalSeconds:0.#} a second, {Span(value.Remaining)} to go");
        if (_terminal) error.Write($"\r\u001b[K{line}");
        else error.WriteLine(line);
        _open = _terminal;
    }

    public void Dispose()
    {
        if (_open) error.Write("\r\u001b[K");
        _open = false;
    }

    private static string Span(TimeSpan t) => t.TotalHours >= 1 ? t.ToString(@"h\:mm\:ss") : t.ToString(@"m\:ss");
}
