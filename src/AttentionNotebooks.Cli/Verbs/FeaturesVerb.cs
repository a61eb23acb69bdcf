using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Attention;
using AttentionNotebooks.Features;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn features</c>: from attention to the head table.</summary>
internal static class FeaturesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var features = new Option<string?>("--features") { Description = $"Comma-separated; all by default: {string.Join(", ", StandardFeatures.All.Select(f => f.Name))}.", HelpName = "a,b" };
        var shard = new Option<string?>("--shard") { Description = "Do the I-th of N parts, counted from 0, and write its sums for attn merge instead of a table.", HelpName = "I/N" };
        var resume = new Option<bool>("--resume") { Description = "Go on from where an interrupted run of the same command stopped (FILE.partial)." };
        var saveEvery = new Option<double>("--save-every") { Description = "How often to save the state that --resume goes on from, in seconds.", HelpName = "S", DefaultValueFactory = _ => ResumableExtraction.SaveEvery.TotalSeconds };
        var file = new Option<string>("--out") { Description = "The head table: layer,head,<features…>.", HelpName = "heads.csv", Required = true };
        shard.Validators.Add(r => { if (ParseShard(r.GetValueOrDefault<string?>()) is null) r.AddError("--shard takes I/N with I from 0 to N − 1, such as 0/4."); });
        saveEvery.Validators.Add(r => { if (r.GetValueOrDefault<double>() is not (>= 0 and <= 86_400)) r.AddError("--save-every takes seconds, from 0 to 86400."); });
        var command = new Command("features", "Computes the features of every head: one row per head, the mean over the texts.") { features, shard, resume, saveEvery, file };
        source.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var chosen = StandardFeatures.Parse(parsed.GetValue(features));
            var part = ParseShard(parsed.GetValue(shard));
            string target = parsed.GetValue(file)!, partial = target + ".partial";
            var (attention, model) = source.Open(parsed);
            using (model)
            using (var progress = new ProgressLine(error, "texts"))
            {
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
                if (part is null) Write(state.Sums.ToTable(), target, output);
                else
                {
                    state.Write(target);
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: sums of shard {part.Value.Index} of {part.Value.Count}, {state.Sums.Texts} texts; put the shards together with attn merge"));
                }
                File.Delete(partial);
            }
        });
        return command;
    }

    /// <summary>Writes a table and says so.</summary>
    public static void Write(HeadTable table, string file, TextWriter output)
    {
        table.WriteCsv(file);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {table.Grid} heads, {table.Features.Count} features, means over {table.Texts} texts"));
    }

    private static (int Index, int Count)? ParseShard(string? text) =>
        text?.Split('/') is [var i, var n] && int.TryParse(i, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && index < count ? (index, count) : null;
}
