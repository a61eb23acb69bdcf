using System.Diagnostics;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>One line that is rewritten on a terminal; elsewhere a new line every ten seconds.</summary>
internal sealed class StatusLine(TextWriter error) : IDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(200), Seldom = TimeSpan.FromSeconds(10);
    private readonly bool _terminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private bool _open;

    /// <summary>Shows a line, if it is time for one.</summary>
    /// <param name="line">Makes the line.</param>
    /// <param name="urgent">Whether it must not be left out.</param>
    public void Show(Func<string> line, bool urgent = false)
    {
        if (!urgent && _sinceLast.Elapsed < (_terminal ? Often : Seldom)) return;
        _sinceLast.Restart();
        if (_terminal) error.Write($"\r\u001b[K{line()}");
        else error.WriteLine(line());
        _open = _terminal;
    }

    public void Dispose()
    {
        if (_open) error.Write("\r\u001b[K");
        _open = false;
    }

    /// <summary>A span as minutes and seconds, with hours where there are any.</summary>
    public static string Span(TimeSpan t) => t.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture,
        $"{(int)t.TotalHours}:{t:mm\\:ss}") : t.ToString(@"m\:ss");
}
