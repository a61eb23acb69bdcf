using System.Collections;
using Microsoft.DotNet.Interactive.Formatting;

namespace AttentionNotebooks.Cli.Notebooks;

/// <summary>
/// What a notebook can change of the process, taken over for its run and put back after it: current directory,
/// environment variables, console, formatters. All of it is one per process, so only one notebook runs at a time.
/// </summary>
internal sealed class ProcessState : IDisposable
{
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    private readonly string directory;
    private readonly Dictionary<string, string> environment;
    private readonly ConsoleCapture console;

    /// <summary>Waits for its turn and sets the process up for <paramref name="notebook"/>.</summary>
    public ProcessState(Notebook notebook, IReadOnlyDictionary<string, string> parameters)
    {
        OneAtATime.Wait();
        try
        {
            directory = Environment.CurrentDirectory;
            environment = Variables();
            console = new ConsoleCapture();
            Formatter.ResetToDefault();
            foreach (var (name, value) in parameters) Environment.SetEnvironmentVariable(name, value);
            Environment.CurrentDirectory = notebook.Folder;
        }
        catch
        {
            OneAtATime.Release();
            throw;
        }
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = directory;
        var now = Variables();
        foreach (string name in now.Keys.Except(environment.Keys)) Environment.SetEnvironmentVariable(name, null);
        foreach (var (name, value) in environment)
        {
            if (now.GetValueOrDefault(name) != value) Environment.SetEnvironmentVariable(name, value);
        }
        console.Dispose();
        Formatter.ResetToDefault();
        OneAtATime.Release();
    }

    private static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!);
}
