using System.Globalization;

namespace AttentionNotebooks.Runner;

/// <summary>A run of several notebooks: reads all, runs them in order, writes what they gave and the index.</summary>
/// <param name="folder">Where NAME.ipynb, NAME.html and index.html are written.</param>
/// <param name="settings">Parameters and time limit.</param>
/// <param name="keepGoing">Run the rest of the notebooks when one fails.</param>
/// <param name="verbose">Write the trace of a failure too.</param>
/// <param name="output">Gets a line per cell and the summary.</param>
/// <param name="error">Gets a line per failure.</param>
public sealed class RunJob(string folder, RunSettings settings, bool keepGoing, bool verbose, TextWriter output, TextWriter error)
{
    /// <summary>Runs notebooks in order.</summary>
    /// <param name="files">Paths of .ipynb or .dib files.</param>
    /// <param name="cancellation">Stops the run between cells.</param>
    /// <returns><see cref="ExitCode.Done"/>, or <see cref="ExitCode.Failed"/> if a notebook failed.</returns>
    /// <exception cref="InputException">A file is no notebook, a target would be overwritten, or no notebook has a parameter that was
    /// given.</exception>
    public int Run(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        // All are read first: a broken file shows before the others have cost their minutes.
        var notebooks = files.Select(NotebookReader.Read).ToList();
        CheckTargets(notebooks);
        ParameterNames.Check(notebooks, [.. settings.Parameters.Keys]);
        WritableFolder.Check(folder);
        var runs = new List<NotebookRun>();
        foreach (var notebook in notebooks)
        {
            var run = NotebookRunner.Run(notebook, settings, (cell, duration) => Report(notebook, cell, duration), cancellation);
            // The index shows how the runs ended; their outputs, which may be large, are in their own pages.
            runs.Add(run with { Cells = [.. run.Cells.Select(c => c with { Outputs = [] })] });
            NotebookWriter.Write(Target(notebook, ".ipynb"), run);
            AtomicFile.WriteText(Target(notebook, ".html"), NotebookPage.Render(run));
            AtomicFile.WriteText(Path.Combine(folder, "index.html"), IndexPage.Render(runs));
            if (run.Failure is not { } failure) continue;
            error.WriteLine($"attn: {Path.GetRelativePath(Environment.CurrentDirectory, notebook.Path)}, {failure.OneLine}");
            if (verbose) foreach (string line in failure.Trace) error.WriteLine(line);
            if (!keepGoing) break;
        }
        int failed = runs.Count(r => r.Failure is not null);
        output.WriteLine(
            $"{runs.Count - failed} of {notebooks.Count} notebooks ran to their end; see {Path.Combine(folder, "index.html")}");
        return failed > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private void CheckTargets(IReadOnlyList<Notebook> notebooks)
    {
        foreach (var same in notebooks.GroupBy(n => n.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            throw new InputException(same.Last().Path, null,
                $"has the same name as {same.First().Path}, and both would be written to one file",
                    "Run them one after the other with different --out folders");
        foreach (var notebook in notebooks.Where(n => n.Path == Target(n, ".ipynb")))
            throw new InputException(notebook.Path, null, "would be overwritten with its own outputs", "Choose another --out folder");
    }

    private string Target(Notebook notebook, string extension) => Path.Combine(folder, notebook.Name + extension);

    private void Report(Notebook notebook, Cell cell, TimeSpan duration) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{notebook.Name}  [{cell.Number,2}/{notebook.Cells.Count}] {duration.TotalSeconds:0.00} s"));
}
