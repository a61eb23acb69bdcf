using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Microsoft.DotNet.Interactive;

namespace AttentionNotebooks.Runner;

/// <summary>Runs one cell on a thread of its own, so that a cell that does not end can be given up.</summary>
internal sealed class CellWorker(Notebook notebook, Cell cell, ScriptHost host, CellOutputs outputs)
{
    // How long a cell past its limit has to let go before its thread is abandoned.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Recursion that is fine in a program's main thread is fine in a cell.
    private const int StackSize = 16 << 20;

    private readonly CellPlace placeOf = ScriptHost.PlacesOf(notebook);
    private readonly CancellationTokenSource stop = new();
    private readonly ManualResetEventSlim begun = new();
    private readonly ManualResetEventSlim done = new();
    private CellPart? current;
    private CellFailure? failure;
    private int? lineWhenStopped;
    private volatile bool stopping;

    /// <summary>Runs the cell and gives the reason if it failed.</summary>
    public CellFailure? Run(TimeSpan? limit, CancellationToken cancellation)
    {
        var thread = new Thread(Work, StackSize) { IsBackground = true, Name = cell.Label, CurrentCulture = CultureInfo.InvariantCulture };
        thread.Start();
        bool ended;
        try
        {
            // The limit is the cell's own: the compiler, slow at its first use, does not count.
            begun.Wait(cancellation);
            ended = done.Wait(limit ?? Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException)
        {
            Stop(thread);
            throw;
        }
        if (ended) return failure;
        bool stopped = Stop(thread);
        int line = lineWhenStopped ?? current?.FirstLine ?? 1;
        string place = lineWhenStopped is null ? "it began on this line" : "it was on this line";
        string left = stopped ? "" : "; it does not react and was abandoned";
        return new CellFailure(cell, line, null, "Time limit",
            string.Create(CultureInfo.InvariantCulture,
                $"the cell did not end within {limit!.Value.TotalSeconds:0.###} s ({place}){left}. Give it longer with --timeout, or less "
                    + $"to do"), []);
    }

    // Cancelling aborts a thread that computes, and waits for it, for ever if it is in native code; hence on a thread
    // of its own. A thread that sleeps or waits has to be woken.
    private bool Stop(Thread thread)
    {
        stopping = true;
        new Thread(stop.Cancel) { IsBackground = true }.Start();
        thread.Interrupt();
        return done.Wait(Grace);
    }

    private void Work()
    {
        outputs.Enter();
        try
        {
            var clock = Stopwatch.StartNew();
            var parts = CellParts.Of(cell);
            foreach (var part in parts.Parts)
            {
                current = part;
                if (part.Language == "markdown")
                    outputs.Display(new Dictionary<string, string> { [Mime.Markdown] = part.Text.Trim('\n') }, isResult: false);
                else RunCode(part);
            }
            if (parts.IsTimed)
                outputs.Display(new Dictionary<string, string>
                { [Mime.Plain] = string.Create(CultureInfo.InvariantCulture, $"Wall time: {clock.Elapsed.TotalMilliseconds}ms") },
                    isResult: false);
        }
        catch (CellException e)
        {
            failure = e.Failure;
        }
        catch (Exception e)
        {
            failure = RuntimeErrors.Failure(placeOf, cell, current!.FirstLine, e);
        }
        finally
        {
            begun.Set();
            done.Set();
        }
    }

    private void RunCode(CellPart part)
    {
        var submission = host.Compile(cell, part, stop.Token);
        Task<object?>? running = null;
        begun.Set();
        // Nothing else ends a loop that does not look at a token. What aborting may corrupt is the notebook's own
        // state, and a notebook is not run on after it.
#pragma warning disable SYSLIB0046
        ControlledExecution.Run(() => running = host.Run(submission, Observe), stop.Token);
#pragma warning restore SYSLIB0046
        object? value = running!.WaitAsync(stop.Token).GetAwaiter().GetResult();
        if (submission.HasValue && value is not DisplayedValue) outputs.Display(MimeBundle.Of(value), isResult: true);
    }

    private void Observe(Exception exception)
    {
        if (stopping) lineWhenStopped = RuntimeErrors.LineIn(placeOf, cell, exception);
    }
}
