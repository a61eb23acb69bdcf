using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Verbs that take a while and must stop cleanly on Ctrl-C.</summary>
internal static class LongWork
{
    /// <summary>
    /// Lets a verb do its work on another thread: the command line looks out for Ctrl-C only after the action has
    /// returned its task, so work done before that would be killed in its middle. Where the result could not be written is told
    /// before the work.
    /// </summary>
    public static void SetWork(this Command command, Action<ParseResult, CancellationToken> work) => command.SetAction((parsed, cancellation) => Task.Run(() =>
    {
        foreach (var target in command.Options.OfType<Option<string>>().Where(o => o.Name == "--out"))
            if (parsed.GetValue(target) is { } path) WritableFolder.Check(path);
        work(parsed, cancellation);
        return Attn.Done;
    }, CancellationToken.None));
}
