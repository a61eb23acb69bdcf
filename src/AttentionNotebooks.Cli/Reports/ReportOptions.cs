using System.CommandLine;
using System.Text;

namespace AttentionNotebooks.Cli.Reports;

/// <summary>What a report on a model's heads is measured with beside plain text.</summary>
internal sealed class ReportOptions
{
    private readonly Option<string[]> treebanks = new("--conllu") { Description = "Treebanks whose relations the heads are scored on.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
    private readonly Option<string?> agreement = new("--agreement") { Description = "Subject and verb items: a tab-separated file with the columns id, sentence, right, wrong, attractors.", HelpName = "F.tsv" };

    public void AddTo(Command command)
    {
        command.Add(treebanks);
        command.Add(agreement);
    }

    /// <summary>The sections on syntax and agreement that the command line asks for.</summary>
    public string Write(ParseResult parsed, Checkpoint checkpoint, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var files = parsed.GetValue(treebanks)!;
        if (files.Length > 0) text.Append("## Syntax\n\n").AppendJoin('\n', files.Select(f => HeadReport.Relations(checkpoint, f, cancellation))).Append('\n');
        if (parsed.GetValue(agreement) is { } items) text.Append("## Agreement\n\n").Append(HeadReport.Agreement(checkpoint, items));
        return text.ToString();
    }
}
