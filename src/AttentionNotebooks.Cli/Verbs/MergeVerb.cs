using System.CommandLine;
using AttentionNotebooks.Features;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn merge</c>: puts the shards of an extraction together.</summary>
internal static class MergeVerb
{
    public static Command Create(TextWriter output)
    {
        var shards = new Argument<string[]>("SHARD") { Description = "What attn features --shard I/N wrote, for every I, in any order.", Arity = ArgumentArity.OneOrMore };
        var file = new Option<string>("--out") { Description = "The head table: layer,head,<features…>.", HelpName = "heads.csv", Required = true };
        var command = new Command("merge", "Puts the shards of attn features together; the table is that of the run without shards, bit for bit.") { shards, file };
        command.SetAction(parsed => FeaturesVerb.Write(FeatureState.Merge(parsed.GetValue(shards)!), parsed.GetValue(file)!, output));
        return command;
    }
}
