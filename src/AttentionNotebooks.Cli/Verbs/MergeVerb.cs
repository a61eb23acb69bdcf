using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn merge</c>: puts the shards of a run together.</summary>
internal static class MergeVerb
{
    public static Command Create(TextWriter output)
    {
        var shards = new Argument<string[]>("SHARD") { Description = "What attn features or attn distances wrote with --shard I/N, for every I, in any order.", Arity = ArgumentArity.OneOrMore };
        var file = new Option<string>("--out") { Description = "The head table (heads.csv, .parquet or .npz), or of distances the .npz.", HelpName = "heads.csv", Required = true };
        var command = new Command("merge", "Puts the shards of attn features or attn distances together; the result is that of the run without shards, bit for bit.") { shards, file };
        command.SetAction(parsed =>
        {
            string[] files = parsed.GetValue(shards)!;
            if (DistanceState.IsIn(files[0]))
            {
                using var sums = DistanceState.Merge(files);
                DistancesVerb.Write(sums, sums.Distance.Name, parsed.GetValue(file)!, output);
            }
            else FeaturesVerb.Write(FeatureState.Merge(files), parsed.GetValue(file)!, output);
        });
        return command;
    }
}
