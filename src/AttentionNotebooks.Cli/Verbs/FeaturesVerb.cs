using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn features</c>: from attention to the head table.</summary>
internal static class FeaturesVerb
{
    public static Command Create(TextWriter output, TextWriter error, bool withNames)
    {
        var source = new SourceOptions(error);
        var features = new Option<string?>("--features") { Description = withNames ? Names() : "Comma-separated features and families.", HelpName = "a,b" };
        var shard = ShardOption.Create();
        var resume = new Option<bool>("--resume") { Description = "Go on from where an interrupted run of the same command stopped (FILE.partial)." };
        var saveEvery = new Option<double>("--save-every") { Description = "How often to save the state that --resume goes on from, in seconds.", HelpName = "S", DefaultValueFactory = _ => ResumableExtraction.SaveEvery.TotalSeconds };
        var file = new Option<string>("--out") { Description = "The head table, as its name ends: .csv (layer,head,<features…>), .parquet or .npz ([layers, heads] per feature). What its numbers do not show, such as heads that are constant and texts too short for a feature, goes into FILE.notes.json.", HelpName = "heads.csv", Required = true };
        var intervals = new Option<string?>("--intervals") { Description = "Also write feature,layer,head,mean,low,high: 95 % bootstrap intervals over the texts; and tell each feature's split-half reliability.", HelpName = "F.csv" };
        var seed = new Option<int>("--seed") { Description = "Decides the draws of --intervals.", DefaultValueFactory = _ => 0 };
        saveEvery.Validators.Add(r => { if (r.GetValueOrDefault<double>() is not (>= 0 and <= 86_400)) r.AddError("--save-every takes seconds, from 0 to 86400."); });
        var command = new Command("features", "Computes the features of every head: one row per head, the mean over the texts.") { features, shard, resume, saveEvery, intervals, seed, file };
        source.AddTo(command);
        command.Validators.Add(r => { if (r.GetValue(intervals) is not null && (r.GetValue(shard) is not null || r.GetValue(resume))) r.AddError("--intervals needs the values of all texts in one run: leave --shard and --resume out."); });
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
                    IntervalTable.Write(values, uncertainty, parsed.GetValue(seed), output);
                    return;
                }
                var options = VisitOptions.Default with { Shard = part?.Index ?? 0, Shards = part?.Count ?? 1 };
                FeatureState state;
                try { state = ResumableExtraction.Extract(attention, chosen, options, partial, parsed.GetValue(resume), progress, cancellation, TimeSpan.FromSeconds(parsed.GetValue(saveEvery))); }
                catch (OperationCanceledException)
                {
                    progress.Dispose();
                    error.WriteLine($"attn: what is done is kept in {partial}; the same command with --resume goes on from there.");
                    throw;
                }
                progress.Dispose();
                if (part is null) Write(state.ToTable(), target, output);
                else
                {
                    state.Write(target);
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: sums of shard {part.Value.Index} of {part.Value.Count}, {state.Sums.Texts} texts; put the shards together with attn merge"));
                }
                AtomicFile.Delete(partial);
            }
        });
        return command;
    }

    /// <summary>Writes a table and says so, with what must be known beside it.</summary>
    public static void Write(HeadTable table, string file, TextWriter output)
    {
        table.Write(file);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {table.Grid} heads, {table.Features.Count} features, means over {table.Texts} texts"));
        NoteLines.Write(table.Notes, file, output);
    }

    private static string Names()
    {
        var families = new FeatureCatalogue(TokenCounts.Of([])).Families.Select(f => $"{f.Name} ({string.Join(", ", f.Features.Select(x => x.Name))})");
        return $"Comma-separated features and families, or {FeatureCatalogue.Everything}. By default: {string.Join(", ", StandardFeatures.All.Select(f => f.Name))}. Families: {string.Join("; ", families)}. within_N, beyond_N and distance_qN exist for every N.";
    }
}
