using System.Collections;
using Microsoft.DotNet.Interactive.Formatting;

namespace AttentionNotebooks.Runner;

/// <summary>
/// What a notebook can change of the process, taken over for its run and put back after it: current directory,
/// environment variables, console, formatters. All of it is one per process, so only one notebook runs at a time.
/// </summary>
internal sealed class ProcessState : IDisposable
{
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    private readonly Notebook notebook;
    private readonly string directory;
    private readonly Dictionary<string, string> environment;
    private readonly ConsoleCapture console;
    private readonly bool plotlyProvided = PlotlyScript.ProvidedByPage;
    private readonly string? startFolder = Kit.StartFolder;

    /// <summary>Waits for its turn and sets the process up for <paramref name="notebook"/>.</summary>
    public ProcessState(Notebook notebook, IReadOnlyDictionary<string, string> parameters)
    {
        OneAtATime.Wait();
        try
        {
            this.notebook = notebook;
            directory = Environment.CurrentDirectory;
            environment = Variables();
            // Paths that the user gives start from where the user is; paths in cells from the notebook's folder.
            Kit.StartFolder = directory;
            Environment.CurrentDirectory = notebook.Folder;
            foreach (var (name, value) in parameters) Environment.SetEnvironmentVariable(name, value);
            Formatter.ResetToDefault();
            console = new ConsoleCapture();
            PlotlyScript.ProvidedByPage = true;
            AppDomain.CurrentDomain.ProcessExit += OnExit;
        }
        catch
        {
            Kit.StartFolder = startFolder;
            OneAtATime.Release();
            throw;
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Environment.CurrentDirectory = directory;
        Kit.StartFolder = startFolder;
        var now = Variables();
        foreach (string name in now.Keys.Except(environment.Keys)) Environment.SetEnvironmentVariable(name, null);
        foreach (var (name, value) in environment)
        {
            if (now.GetValueOrDefault(name) != value) Environment.SetEnvironmentVariable(name, value);
        }
        console.Dispose();
        PlotlyScript.ProvidedByPage = plotlyProvided;
        Formatter.ResetToDefault();
        OneAtATime.Release();
    }

    // A cell that calls Environment.Exit(0) must not look like a run that went well.
    private void OnExit(object? sender, EventArgs e)
    {
        Environment.ExitCode = ExitCode.Failed;
        console.Error.WriteLine(
            $"attn: {notebook.Path}: the process was ended while the notebook ran. Remove Environment.Exit from its cells.");
    }

    private static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!);
}
