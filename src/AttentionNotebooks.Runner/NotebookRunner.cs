using System.Diagnostics;

namespace AttentionNotebooks.Runner;

/// <summary>Runs the cells of a notebook from top to bottom and stops at the first that fails.</summary>
internal static class NotebookRunner
{
    /// <summary>Runs <paramref name="notebook"/>.</summary>
    /// <param name="notebook">What to run.</param>
    /// <param name="settings">How to run it.</param>
    /// <param name="progress">Reports every code cell when it has ended.</param>
    /// <param name="cancellation">Abandons the run.</param>
    public static NotebookRun Run(Notebook notebook, RunSettings settings, Action<Cell, TimeSpan>? progress = null,
        CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        var ran = new List<(Cell Cell, CellOutputs Outputs, TimeSpan Duration)>();
        CellFailure? failure = null;
        using (new ProcessState(notebook, settings.Parameters))
        {
            using var host = new ScriptHost(notebook);
            foreach (var cell in notebook.Cells.Where(c => c.Type == CellType.Code && !string.IsNullOrWhiteSpace(c.Source)))
            {
                var outputs = new CellOutputs();
                var cellClock = Stopwatch.StartNew();
                failure = new CellWorker(notebook, cell, host, outputs).Run(settings.TimeLimit, cancellation);
                if (failure is not null) outputs.Fail(failure);
                ran.Add((cell, outputs, cellClock.Elapsed));
                progress?.Invoke(cell, cellClock.Elapsed);
                if (failure is not null) break;
            }
            foreach (var (_, outputs, _) in ran) outputs.Close();
        }
        // Only now: a cell may update an earlier cell's display.
        var cells = ran.Select((r, i) => new CellRun(r.Cell, i + 1, r.Outputs.Snapshot(), r.Duration)).ToList();
        return new NotebookRun(notebook, cells, failure, clock.Elapsed);
    }
}
