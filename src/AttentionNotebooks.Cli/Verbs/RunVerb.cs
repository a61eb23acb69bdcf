using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AttentionNotebooks.Runner;

namespace AttentionNotebooks.Cli;

/// <summary><c>attn run</c>: runs notebooks with nothing but the .NET SDK and writes what they gave.</summary>
internal static class RunVerb
{
    private const string DefaultFolder = "notebooks";
    private const double DefaultLimit = 600;

    /// <summary>The verb, writing progress to <paramref name="output"/> and failures to <paramref name="error"/>.</summary>
    public static Command Create(TextWriter output, TextWriter error)
    {
        var notebooks = new Argument<string[]>("NOTEBOOK")
        {
            Description = "Notebooks (.ipynb or .dib) to run, or folders of them; by default all that lie directly in notebooks/.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var folder = RunOptions.Folder("The folder to write NAME.ipynb, NAME.html and index.html to.");
        var parameters = RunOptions.Parameters();
        var timeout = new Option<double>("--timeout")
        {
            Description = "How many seconds one cell may take.",
            DefaultValueFactory = _ => DefaultLimit,
            HelpName = "S",
        };
        var keepGoing = new Option<bool>("--keep-going") { Description = "Run the rest of the notebooks when one fails." };
        // What no option takes falls to the list of notebooks, a mistyped option too.
        notebooks.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.StartsWith('-') && !Path.Exists(t.Value)))
                result.AddError($"There is no option '{token.Value}'.");
        });
        timeout.Validators.Add(result =>
        {
            if (result.Tokens is not [var token]) return;
            if (!double.TryParse(token.Value, CultureInfo.InvariantCulture, out double seconds) || seconds is not (> 0 and <= 1e6))
                result.AddError($"--timeout takes a number of seconds above 0 (at most 1000000), not '{token.Value}'.");
        });
        var verb = new Command("run", "Runs notebooks headless; writes each with its outputs, and as a page that draws with the "
            + "network off.") { notebooks, folder, parameters, timeout, keepGoing };
        verb.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var settings = new RunSettings(RunOptions.Given(parsed.GetValue(parameters)), TimeSpan.FromSeconds(parsed.GetValue(timeout)));
            var job = new RunJob(Path.GetFullPath(parsed.GetValue(folder)!), settings, parsed.GetValue(keepGoing),
                parsed.GetValue(Attn.Verbose), output, error);
            return job.Run(Files(parsed.GetValue(notebooks) ?? []), cancellation);
        }, cancellation));
        return verb;
    }

    private static List<string> Files(string[] named) => named.Length == 0
        ? [.. InFolder(DefaultFolder)]
        : [.. named.SelectMany(n => Directory.Exists(n) ? InFolder(n) : [n])];

    // Not its subfolders: notebooks/must-fail holds notebooks that fail on purpose.
    private static IEnumerable<string> InFolder(string folder)
    {
        string[] files = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.ipynb"), .. Directory.GetFiles(folder, "*.dib")] : [];
        if (files.Length == 0)
            throw new InputException(folder, null, "is no folder with notebooks in it", "Name the notebooks to run, or change to the "
                + "folder that holds notebooks/");
        return files.Order(StringComparer.Ordinal);
    }
}
