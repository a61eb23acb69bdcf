using System.CommandLine;
using System.CommandLine.Parsing;

namespace AttentionNotebooks.Cli.Options;

/// <summary>The options that name the columns of text and label, in a file that is not laid out as GLUE's.</summary>
internal sealed class LayoutOptions
{
    private readonly Option<string> _text = new("--text-column")
    {
        Description = "The column of the text, or the two columns of a pair.",
        HelpName = "a[,b]",
        DefaultValueFactory = _ => "sentence",
    };
    private readonly Option<string> _label = new("--label-column")
    {
        Description = "The column of the label, a whole number or a word.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "label",
    };

    public void AddTo(Command command)
    {
        command.Add(_text);
        command.Add(_label);
    }

    /// <summary>Whether columns were named.</summary>
    public bool Named(CommandResult parsed) =>
        parsed.GetResult(_text) is { Implicit: false } || parsed.GetResult(_label) is { Implicit: false };

    /// <summary>The layout of a file whose columns were named.</summary>
    public SentenceTask Of(ParseResult parsed, string file) => SentenceTask.OfColumns(Path.GetFileName(file),
        Names.Of(parsed.GetValue(_text)), parsed.GetValue(_label)!);
}
