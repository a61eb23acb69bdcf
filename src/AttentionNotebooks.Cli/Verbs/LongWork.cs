using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Verbs that take a while and must stop cleanly on Ctrl-C.</summary>
internal static class LongWork
{
    /// <summary>
    /// Runs a verb's work on another thread: the command line reacts to Ctrl-C only after the action has returned its task, so work
    /// before that would be killed in the middle. Files and folders that cannot be written are reported before the work.
    /// </summary>
    public static void SetWork(this Command command, Action<ParseResult,
        CancellationToken> work) => command.SetAction((parsed, cancellation) => Task.Run(() =>
    {
        foreach (var target in command.Options.OfType<OutOption>())
            if (parsed.GetValue(target) is { } path) WritableFolder.Check(path);
        work(parsed, cancellation);
        return Attn.Done;
    }, CancellationToken.None));
}
