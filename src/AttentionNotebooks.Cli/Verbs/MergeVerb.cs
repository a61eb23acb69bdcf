using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn merge</c>: puts the shards of a run together.</summary>
internal static class MergeVerb
{
    public static Command Create(TextWriter output)
    {
        var shards = new Argument<string[]>("SHARD")
        {
            Description = "What attn features or attn distances wrote with --shard I/N, for every I, in any order.",
            Arity = ArgumentArity.OneOrMore,
        };
        var file = new OutFile("The head table (.csv, .parquet or .npz), or the distances (.npz).", "heads.csv", OutFile.HeadTable);
        var command = new Command("merge", "Merges the shards of attn features or attn distances. The result has the same bits as a "
            + "run without shards.") { shards, file };
        command.SetWork((parsed, _) =>
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
