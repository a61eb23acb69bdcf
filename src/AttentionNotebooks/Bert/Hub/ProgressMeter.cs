using System.Diagnostics;

namespace AttentionNotebooks;

/// <summary>Counts the bytes of all files of a download and reports them to a listener.</summary>
internal sealed class ProgressMeter(IProgress<HubProgress>? listener)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private string _file = "";
    private long _total, _earlier, _current, _received;

    /// <summary>The next file begins.</summary>
    public void Begin(string file)
    {
        _earlier += _current;
        _current = 0;
        _file = file;
    }

    /// <summary>More bytes will be needed.</summary>
    public void Plan(long bytes) => _total += bytes;

    /// <summary>The file at work has so many bytes on disk now, of which some just came over the line.</summary>
    public void OnDisk(long bytes, int received = 0)
    {
        _current = bytes;
        _received += received;
        Show(null);
    }

    /// <summary>Says why nothing moves.</summary>
    public void Show(string? note) => listener?.Report(
        new HubProgress(_file, _earlier + _current, _total, _received / Math.Max(_clock.Elapsed.TotalSeconds, 1e-3), note));
}
