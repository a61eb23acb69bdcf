using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Verbs that take a while and must stop cleanly on Ctrl-C.</summary>
internal static class LongWork
{
    /// <summary>
    /// Runs a verb's work on another thread: the command line reacts to Ctrl-C only after the action has returned its task, so work
    /// before that would be killed in the middle. Files and folders that cannot be written, or would overwrite one another or a file
    /// that the verb reads, are reported before the work.
    /// </summary>
    public static void SetWork(this Command command, Action<ParseResult, CancellationToken> work) =>
        command.SetAction((parsed, cancellation) => Task.Run(() =>
    {
        foreach (var target in command.Options.OfType<OutOption>())
            if (parsed.GetValue(target) is { } path)
            {
                RequireOwnFile(command, parsed, target, Path.GetFullPath(path));
                WritableFolder.Check(path);
            }
        work(parsed, cancellation);
        return Attn.Done;
    }, CancellationToken.None));

    private static void RequireOwnFile(Command command, ParseResult parsed, OutOption target, string path)
    {
        foreach (var other in command.Options.OfType<Option<string>>().Where(o => o != target))
            if (parsed.GetValue(other) is { Length: > 0 } named && Path.GetFullPath(named) == path
                && (other is OutOption || File.Exists(path)))
                throw IsAlso(other.Name);
        foreach (var read in command.Arguments.OfType<Argument<string>>())
            if (parsed.GetValue(read) is { Length: > 0 } named && Path.GetFullPath(named) == path && File.Exists(path))
                throw IsAlso(read.Name);

        InputException IsAlso(string other) => new($"{target.Name} {parsed.GetValue(target)}", null, $"is also the file of {other}",
            $"Name another file for {target.Name}");
    }
}
