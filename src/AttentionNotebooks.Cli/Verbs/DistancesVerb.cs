using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn distances</c>: how differently every pair of heads attends.</summary>
internal static class DistancesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var metric = new Option<string>("--metric")
        {
            Description = string.Join("; ", HeadDistance.All.Select(d => $"{d.Name}: {d.Definition}")) + ".",
            Required = true,
        };
        var smoothing = new Option<double>("--smoothing")
        {
            Description = "With --metric js: mix every row with the uniform one by this share first; Clark et al. 2019 use 0.001.",
            HelpName = "S",
            DefaultValueFactory = _ => 0,
        };
        var shard = ShardOption.Create();
        var file = new OutFile("The entry distances, [heads, heads] float64, heads layer by layer.", "d.npz", [OutFile.Npz],
            anyWith: shard);
        metric.AcceptOnlyFromAmong([.. HeadDistance.All.Select(d => d.Name)]);
        var command = new Command("distances", "Computes the distance of every pair of heads: the mean over a text's queries, then "
            + "over texts.") { metric, smoothing, shard, file };
        source.AddTo(command);
        command.Validators.Add(r =>
        {
            double s = r.GetValue(smoothing);
            if (s is not (>= 0 and <= 1)) r.AddError("--smoothing takes a share from 0 to 1.");
            else if (s > 0 && r.GetValue(metric) != HeadDistance.JensenShannon.Name)
                r.AddError("--smoothing goes with --metric js: the other distances are defined without it.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            var (attention, model) = source.Open(parsed);
            var distance = parsed.GetValue(smoothing) > 0
                ? HeadDistance.JensenShannonSmoothed(parsed.GetValue(smoothing))
                : HeadDistance.Get(parsed.GetValue(metric)!);
            var part = ShardOption.Parse(parsed.GetValue(shard));
            var options = VisitOptions.Default with { Shard = part?.Index ?? 0, Shards = part?.Count ?? 1 };
            using var sums = new HeadDistanceReducer(attention.Grid, distance);
            using (model)
            {
                using (var progress = new ProgressLine(error, "texts")) attention.Visit(sums, options, progress, cancellation);
                if (part is not null)
                {
                    new DistanceState(DistanceState.RunOf(attention, distance, options.TokensPerBatch), options.Shard, options.Shards,
                        sums).Write(parsed.GetValue(file)!);
                    output.WriteLine($"{parsed.GetValue(file)}: sums of shard {options.Shard} of {options.Shards}, {sums.Texts} texts; "
                        + $"merge the shards with attn merge");
                    return;
                }
            }
            Write(sums, distance.Name, parsed.GetValue(file)!, output);
        });
        return command;
    }

    /// <summary>Writes the distances and reports them with their notes.</summary>
    public static void Write(HeadDistanceReducer sums, string name, string file, TextWriter output)
    {
        HeadDistanceFile.Write(sums.ToMatrix(), file, sums.Notes);
        output.WriteLine($"{file}: {name} distances of {sums.Grid} heads over {sums.Texts} texts");
        NoteLines.Write(sums.Notes, file, output);
    }
}
