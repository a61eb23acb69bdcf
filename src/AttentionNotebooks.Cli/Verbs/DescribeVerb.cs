using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn describe</c>: what a model's heads do, as a page of Markdown.</summary>
internal static class DescribeVerb
{
    public static Command Create(TextWriter output)
    {
        var model = new ModelOptions();
        var text = new Option<string>("--text") { Description = "Texts, one per line.", HelpName = "F", Required = true };
        var limit = new LimitOption("texts");
        var file = new OutFile("Write to this file instead of the console.", "F.md", [OutFile.Markdown], required: false);
        var report = new ReportOptions();
        var command = new Command("describe", "Describes a model's heads in Markdown: their patterns over texts, the relations they "
            + "find in treebanks, agreement of subject and verb.");
        model.AddTo(command);
        foreach (var option in new Option[] { text, limit, file }) command.Add(option);
        report.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            using var checkpoint = model.Load(parsed);
            string patterns = HeadReport.Patterns(checkpoint, TextFile.Texts(parsed.GetValue(text)!).Evenly(limit.Of(parsed)),
                $"texts of `{Path.GetFileName(parsed.GetValue(text))}`", cancellation);
            string page = $"## Heads\n\n{patterns}\n{report.Write(parsed, checkpoint, cancellation)}";
            if (parsed.GetValue(file) is { } target) AtomicFile.WriteText(target, page);
            else output.Write(page);
        });
        return command;
    }
}
