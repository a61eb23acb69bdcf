using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn features</c>: from attention to the head table.</summary>
internal static class FeaturesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var features = FeatureOption.Create(string.Join(", ", StandardFeatures.All.Select(f => f.Name)));
        var shard = ShardOption.Create();
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted run of the same command, from FILE.partial." };
        var saveEvery = new Option<double>("--save-every")
        {
            Description = "How often to save what --resume continues from, in seconds.",
            HelpName = "S",
            DefaultValueFactory = _ => ResumableExtraction.SaveEvery.TotalSeconds,
        };
        var file = new OutFile("The head table, in the format of its name: .csv (layer,head,<features…>), .parquet or .npz ([layers, "
            + "heads] per feature). Notes on the numbers, such as constant heads and texts too short for a feature, go into "
            + "FILE.notes.json.", "heads.csv", OutFile.HeadTable, anyWith: shard);
        var intervals = OutFile.Also("--intervals", "Also write feature,layer,head,mean,low,high: 95 % bootstrap intervals over the "
            + "texts; and report each feature's split-half reliability.", "F.csv", OutFile.Csv);
        var seed = new Option<int>("--seed") { Description = "Decides the draws of --intervals.", DefaultValueFactory = _ => 0 };
        saveEvery.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (>= 0 and <= 86_400)) r.AddError("--save-every takes seconds, from 0 to 86400.");
        });
        var command = new Command("features", "Computes the features of every head: one row per head, the mean over the texts.") { features,
            shard, resume, saveEvery, intervals, seed, file };
        source.AddTo(command);
        command.Validators.Add(r =>
        {
            if (r.GetValue(intervals) is not null && (r.GetValue(shard) is not null || r.GetValue(resume)))
                r.AddError("--intervals needs all texts in one run: leave out --shard and --resume.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            var part = ShardOption.Parse(parsed.GetValue(shard));
            string target = parsed.GetValue(file)!, partial = target + ".partial";
            if (part is null) HeadTable.RequireFormat(target);
            var (attention, model) = source.Open(parsed);
            using (model)
            using (var progress = new ProgressLine(error, "texts"))
            {
                var chosen = FeatureCatalogue.For(attention).Parse(parsed.GetValue(features), attention);
                if (parsed.GetValue(intervals) is { } uncertainty)
                {
                    var values = attention.Record(chosen, progress: progress, cancellation: cancellation);
                    progress.Dispose();
                    Write(values.ToTable(), target, output);
                    IntervalTable.Write(values, uncertainty, parsed.GetValue(seed));
                    output.WriteLine($"{uncertainty}: 95 % intervals over {values.Texts.Count} texts");
                    Reliabilities(values, parsed.GetValue(seed), output);
                    return;
                }
                var options = VisitOptions.Default with { Shard = part?.Index ?? 0, Shards = part?.Count ?? 1 };
                FeatureState state;
                try
                {
                    state = ResumableExtraction.Extract(attention, chosen, options, partial, parsed.GetValue(resume), progress,
                    cancellation, TimeSpan.FromSeconds(parsed.GetValue(saveEvery)));
                }
                catch (OperationCanceledException)
                {
                    progress.Dispose();
                    error.WriteLine($"attn: the work so far is kept in {partial}; the same command with --resume continues it.");
                    throw;
                }
                progress.Dispose();
                if (part is null) Write(state.ToTable(), target, output);
                else
                {
                    state.Write(target);
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: sums of shard {part.Value.Index} of "
                        + $"{part.Value.Count}, {state.Sums.Texts} texts; merge the shards with attn merge"));
                }
                AtomicFile.Delete(partial);
            }
        });
        return command;
    }

    /// <summary>Writes a table and reports it with its notes.</summary>
    public static void Write(HeadTable table, string file, TextWriter output)
    {
        table.Write(file);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {table.Grid} heads, {table.Features.Count} features, "
            + $"means over {table.Texts} texts"));
        NoteLines.Write(table.Notes, file, output);
    }

    private static void Reliabilities(TextValues values, int seed, TextWriter output)
    {
        if (values.Grid.Count < 2) return;
        output.WriteLine("split-half reliability over the heads (Spearman-Brown), with the interval of 95 % of 100 splits:");
        foreach (var r in values.Reliabilities(seed: seed))
            output.WriteLine(double.IsNaN(r.Value)
                ? $"  {r.Feature,-24} has no spread over the heads"
                : string.Create(CultureInfo.InvariantCulture,
                    $"  {r.Feature,-24} {r.Value:0.000}  [{r.Interval.Low:0.000}, {r.Interval.High:0.000}]"));
    }
}
