using System.Text;

namespace AttentionNotebooks.Runner;

/// <summary>
/// Collects what one cell writes and displays. Whatever the cell started (tasks, threads) still finds its outputs
/// through the execution context; code that lost the context writes to the cell that runs now.
/// </summary>
internal sealed class CellOutputs
{
    // A cell that prints in an endless loop must end at its time limit, not by taking all memory first.
    private const int StreamLimit = 1 << 20;

    private static readonly AsyncLocal<CellOutputs?> Flowing = new();
    private static volatile CellOutputs? running;

    private readonly Lock gate = new();
    private readonly List<Entry> entries = [];
    private int streamed;
    private bool closed;

    /// <summary>The outputs of the cell that the calling code belongs to, if it belongs to one.</summary>
    public static CellOutputs? Current => Flowing.Value ?? running;

    /// <summary>Makes this the outputs of whatever the calling thread runs, and starts, from now on.</summary>
    public void Enter() => Flowing.Value = running = this;

    /// <summary>Ends the collecting: what an abandoned thread still writes is dropped.</summary>
    public void Close()
    {
        lock (gate) closed = true;
        if (running == this) running = null;
    }

    /// <summary>Adds text of the console; text that follows text of the same stream joins it.</summary>
    public void Write(string stream, string text)
    {
        lock (gate)
        {
            if (closed || text.Length == 0 || streamed > StreamLimit) return;
            if (entries is not [.., { Stream: var last } entry] || last != stream) entries.Add(entry = new Entry { Stream = stream });
            int room = StreamLimit - streamed;
            entry.Text.Append(text, 0, Math.Min(room, text.Length));
            streamed += text.Length;
            if (streamed > StreamLimit) entry.Text.Append($"\n[cut: the cell printed more than {StreamLimit} characters]\n");
        }
    }

    /// <summary>Adds a displayed value and gives what replaces its content later.</summary>
    public Action<IReadOnlyDictionary<string, string>> Display(IReadOnlyDictionary<string, string> data, bool isResult)
    {
        var entry = new Entry { Display = new DisplayOutput(data, isResult) };
        Add(entry);
        return replacement => { lock (gate) entry.Display = entry.Display with { Data = replacement }; };
    }

    /// <summary>Adds the reason why the cell failed.</summary>
    public void Fail(CellFailure failure) => Add(new Entry { Error = failure.ToOutput() });

    /// <summary>What has been collected so far.</summary>
    public IReadOnlyList<Output> Snapshot()
    {
        lock (gate) return [.. entries.Select(e => (Output?)e.Error ?? (Output?)e.Display
            ?? new StreamOutput(e.Stream!, e.Text.ToString()))];
    }

    private void Add(Entry entry)
    {
        lock (gate)
        {
            if (!closed) entries.Add(entry);
        }
    }

    private sealed class Entry
    {
        public string? Stream { get; init; }
        public StringBuilder Text { get; } = new();
        public DisplayOutput? Display { get; set; }
        public ErrorOutput? Error { get; init; }
    }
}
