using System.CommandLine;
using AttentionNotebooks.Attention;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary>The options that say where attention comes from: a model over texts, or saved maps.</summary>
internal sealed class SourceOptions
{
    private readonly Option<string?> _maps = new("--maps") { Description = "Saved maps: .npz with one [layers, heads, T, T] entry per text.", HelpName = "F.npz" };
    private readonly Option<string?> _tokens = new("--tokens") { Description = "Tokens of the saved maps: one {\"id\", \"tokens\"} per line.", HelpName = "F.jsonl" };
    private readonly Option<int> _limit = new("--limit") { Description = "Use the first N texts only.", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _maps, _tokens, _limit }) command.Add(option);
        _limit.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--limit must be at least 1"); });
        command.Validators.Add(r => { if (r.GetValue(_maps) is null) r.AddError("--maps is needed"); });
    }

    public IAttentionSource Open(ParseResult parsed) => MapArchive.Open(parsed.GetValue(_maps)!, parsed.GetValue(_tokens), parsed.GetValue(_limit));
}
