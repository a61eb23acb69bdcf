using System.CommandLine;
using AttentionNotebooks.Cli.Reports;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn describe</c>: what a model's heads do, as a page of Markdown.</summary>
internal static class DescribeVerb
{
    public static Command Create(TextWriter output)
    {
        var model = new Option<string>("--model") { Description = "A model folder in Hugging Face layout.", HelpName = "DIR", Required = true };
        var text = new Option<string>("--text") { Description = "Texts, one per line.", HelpName = "F", Required = true };
        var limit = new Option<int>("--limit") { Description = "Use the first N texts only.", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };
        var file = new Option<string?>("--out") { Description = "Write there instead of to the console.", HelpName = "F.md" };
        var report = new ReportOptions();
        limit.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--limit must be at least 1."); });
        var command = new Command("describe", "Describes a model's heads: their patterns over texts, the relations they find in treebanks, agreement.") { model, text, limit, file };
        report.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            using var checkpoint = Checkpoint.Load(parsed.GetValue(model)!);
            string patterns = HeadReport.Patterns(checkpoint, TextFile.Texts(parsed.GetValue(text)!, parsed.GetValue(limit)), $"texts of `{Path.GetFileName(parsed.GetValue(text))}`", cancellation);
            string page = $"## Heads\n\n{patterns}\n{report.Write(parsed, checkpoint, cancellation)}";
            if (parsed.GetValue(file) is { } target) AtomicFile.WriteText(target, page);
            else output.Write(page);
        });
        return command;
    }
}
