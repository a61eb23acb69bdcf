using System.CommandLine;
using System.Text;

namespace AttentionNotebooks.Cli.Options;

/// <summary>The options that add syntax and agreement to a report on heads.</summary>
internal sealed class ReportOptions
{
    private readonly Option<string[]> _treebanks = new("--conllu")
    {
        Description = "Treebanks in CoNLL-U; the heads are scored on their relations.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string?> _agreement = new("--agreement")
    {
        Description = "Subject and verb items: a tab-separated file with the columns id, sentence, right, wrong, attractors.",
        HelpName = "F.tsv",
    };

    public void AddTo(Command command)
    {
        command.Add(_treebanks);
        command.Add(_agreement);
    }

    /// <summary>The sections on syntax and agreement that the command line asks for.</summary>
    public string Write(ParseResult parsed, Checkpoint checkpoint, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var files = parsed.GetValue(_treebanks)!;
        if (files.Length > 0)
            text.Append("## Syntax\n\n").AppendJoin('\n',
                files.Select(f => HeadReport.Relations(checkpoint, f, cancellation))).Append('\n');
        if (parsed.GetValue(_agreement) is { } items) text.Append("## Agreement\n\n").Append(HeadReport.Agreement(checkpoint, items));
        return text.ToString();
    }
}
