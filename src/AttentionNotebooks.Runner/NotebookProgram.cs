using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive;

namespace AttentionNotebooks.Runner;

/// <summary>
/// A notebook that became a program, as <c>attn export --to cs</c> writes it: its cells are the program's statements,
/// and they report here where each begins and what it shows. At the end, or at the first exception, it writes the page
/// that <c>attn run</c> would have written.
/// </summary>
public sealed class NotebookProgram
{
    private readonly string path;
    private readonly string programFile;
    private readonly string folder;
    private readonly TextWriter console = Console.Out;
    private readonly TextWriter error = Console.Error;
    private readonly ProcessState state;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Stopwatch cellClock = new();
    private readonly List<Cell> cells = [];
    private readonly List<(Cell Cell, CellOutputs Outputs, TimeSpan Duration)> ran = [];
    private readonly List<(int ProgramLine, int Cell, int Line)> anchors = [];
    private (Cell Cell, CellOutputs Outputs, int Line)? current;

    private NotebookProgram(string path, string programFile, string folder, IReadOnlyDictionary<string, string> parameters)
    {
        this.path = path;
        this.programFile = programFile;
        this.folder = folder;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        state = new ProcessState(AsNotebook(), parameters);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
    }

    /// <summary>Sets the process up as <c>attn run</c> does: current folder, parameters, console, formatters.</summary>
    /// <param name="arguments">The program's command line: <c>--out DIR</c> and <c>--param k=v</c>.</param>
    /// <param name="notebook">The notebook that the program was, from the program's own folder. Relative paths in cells start from its
    /// folder; where that is gone, from the program's.</param>
    /// <param name="programFile">The program's source file; the compiler fills it in.</param>
    /// <returns>What the cells report to.</returns>
    /// <remarks>Wrong arguments end the process with exit code 2, a request for help with 0.</remarks>
    public static NotebookProgram Start(string[] arguments, string notebook, [CallerFilePath] string programFile = "")
    {
        OpenMp.WaitPassively();
        NativeHeap.Keep();
        var folder = RunOptions.Folder("The folder to write NAME.html to.");
        var parameters = RunOptions.Parameters();
        var command = new RootCommand($"The notebook {Path.GetFileName(notebook)} as a program: runs its cells and writes its page.")
            { folder, parameters };
        command.SetAction(_ => { });
        var parsed = command.Parse(arguments);
        int code = parsed.Invoke();
        if (parsed.Errors.Count > 0) Environment.Exit(ExitCode.WrongUsage);
        if (parsed.Action != command.Action) Environment.Exit(code);
        string home = Path.GetDirectoryName(programFile)!;
        string path = Path.GetFullPath(notebook, home);
        if (!Directory.Exists(Path.GetDirectoryName(path))) path = Path.Combine(home, Path.GetFileName(path));
        return new NotebookProgram(path, programFile, Path.GetFullPath(parsed.GetValue(folder)!),
            RunOptions.Given(parsed.GetValue(parameters)));
    }

    /// <summary>A markdown cell.</summary>
    /// <param name="number">Its place in the notebook, from 1.</param>
    /// <param name="source">Its text.</param>
    /// <param name="attachments">The pictures that it carries, as nbformat has them; JSON.</param>
    public void Markdown(int number, string source, string? attachments = null)
    {
        EndCell();
        var json = new JsonObject();
        if (attachments is not null) json["attachments"] = JsonNode.Parse(attachments);
        cells.Add(new Cell(number, null, CellType.Markdown, "markdown", source.ReplaceLineEndings("\n"), json));
    }

    /// <summary>Begins a code cell: what is shown and printed from here on is its output.</summary>
    /// <param name="number">Its place in the notebook, from 1.</param>
    /// <param name="id">Its id in the notebook, which messages name.</param>
    /// <param name="source">Its text, as the page shows it.</param>
    /// <param name="line">The line of the cell that the program's next line is; 0 where what follows stands in no cell.</param>
    /// <param name="programLine">The program's line of this call; the compiler fills it in.</param>
    public void Code(int number, string? id, string source, int line = 1, [CallerLineNumber] int programLine = 0)
    {
        EndCell();
        var cell = new Cell(number, id, CellType.Code, "csharp", source.ReplaceLineEndings("\n"), []);
        cells.Add(cell);
        var outputs = new CellOutputs();
        current = (cell, outputs, Math.Max(line, 1));
        anchors.Add((programLine, number, line));
        cellClock.Restart();
        outputs.Enter();
    }

    /// <summary>Says that the program's next line is another line of the cell than the one that would follow.</summary>
    /// <param name="line">The line of the cell, from 1.</param>
    /// <param name="programLine">The program's line of this call; the compiler fills it in.</param>
    public void GoOn(int line, [CallerLineNumber] int programLine = 0)
    {
        var (cell, outputs, first) = Current;
        anchors.Add((programLine, cell.Number, line));
        current = (cell, outputs, anchors[^2].Line == 0 ? line : first);
    }

    /// <summary>Shows the value of a cell's last expression.</summary>
    public void Show(object? value)
    {
        if (value is not DisplayedValue) Current.Outputs.Display(MimeBundle.Of(value), isResult: true);
    }

    /// <summary>Shows markdown among a cell's outputs.</summary>
    /// <param name="text">The markdown.</param>
    public void ShowMarkdown(string text) => Display(Mime.Markdown, text.ReplaceLineEndings("\n").Trim('\n'));

    /// <summary>Shows how long the cell has taken.</summary>
    public void ShowTime() => Display(Mime.Plain,
        string.Create(CultureInfo.InvariantCulture, $"Wall time: {cellClock.Elapsed.TotalMilliseconds}ms"));

    /// <summary>Writes the page.</summary>
    public void Finish()
    {
        EndCell();
        state.Dispose();
        WritePage(null);
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
    }

    private (Cell Cell, CellOutputs Outputs, int Line) Current => current ?? throw new InvalidOperationException("No code cell has begun.");

    private void Display(string mime, string text) =>
        Current.Outputs.Display(new Dictionary<string, string> { [mime] = text }, isResult: false);

    private void EndCell()
    {
        if (current is not var (cell, outputs, _)) return;
        ran.Add((cell, outputs, cellClock.Elapsed));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileNameWithoutExtension(path)}  [{cell.Number,2}] {cellClock.Elapsed.TotalSeconds:0.00} s"));
        current = null;
    }

    // The program's statements stand free of a try block, so that they read as the notebook does.
    private void OnUnhandled(object sender, UnhandledExceptionEventArgs e) =>
        Environment.Exit(Fail(e.ExceptionObject as Exception ?? new InvalidOperationException($"{e.ExceptionObject}")));

    // Exit code 1, and the page with what ran. Exceptions outside of any cell can only be this program's own.
    private int Fail(Exception exception)
    {
        if (current is not var (cell, outputs, line))
        {
            state.Dispose();
            error.WriteLine(exception);
            return ExitCode.Failed;
        }
        var failure = RuntimeErrors.Failure(PlaceOf, cell, line, exception);
        outputs.Fail(failure);
        EndCell();
        state.Dispose();
        error.WriteLine($"{Path.GetFileName(path)}, {failure.OneLine}");
        foreach (string place in failure.Trace) error.WriteLine(place);
        WritePage(failure);
        return ExitCode.Failed;
    }

    private void WritePage(CellFailure? failure)
    {
        foreach (var (_, outputs, _) in ran) outputs.Close();
        var runs = ran.Select((r, i) => new CellRun(r.Cell, i + 1, r.Outputs.Snapshot(), r.Duration)).ToList();
        string page = Path.Combine(folder, Path.GetFileNameWithoutExtension(path) + ".html");
        AtomicFile.WriteText(page, NotebookPage.Render(new NotebookRun(AsNotebook(), runs, failure, clock.Elapsed)));
        console.WriteLine(page);
    }

    private Notebook AsNotebook() => new(path, [.. cells], []);

    // The last of the anchors above the frame's line counts: a statement's line follows from its distance to it.
    private (int Cell, int Line)? PlaceOf(StackFrame frame)
    {
        if (frame.GetFileName() != programFile || frame.GetMethod()?.DeclaringType is not { } type) return null;
        while (type.DeclaringType is { } outer) type = outer;
        int line = frame.GetFileLineNumber();
        int at = RuntimeErrors.IsTopLevel(type) ? anchors.FindLastIndex(a => a.ProgramLine < line) : -1;
        return at < 0 || anchors[at].Line == 0 ? null : (anchors[at].Cell, anchors[at].Line + line - anchors[at].ProgramLine - 1);
    }
}
