using System.CommandLine;
using AttentionNotebooks.Features;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn features</c>: from attention to the head table.</summary>
internal static class FeaturesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var features = new Option<string?>("--features") { Description = $"Comma-separated; all by default: {string.Join(", ", StandardFeatures.All.Select(f => f.Name))}.", HelpName = "a,b" };
        var file = new Option<string>("--out") { Description = "The head table: layer,head,<features…>.", HelpName = "heads.csv", Required = true };
        var command = new Command("features", "Computes the features of every head: one row per head, the mean over the texts.") { features, file };
        source.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var chosen = StandardFeatures.Parse(parsed.GetValue(features));
            var (attention, model) = source.Open(parsed);
            HeadTable table;
            using (model)
            using (var progress = new ProgressLine(error, "texts")) table = attention.Extract(chosen, progress: progress, cancellation: cancellation);
            table.WriteCsv(parsed.GetValue(file)!);
            output.WriteLine(FormattableString.Invariant($"{parsed.GetValue(file)}: {table.Grid} heads, {table.Features.Count} features, means over {table.Texts} texts"));
            return Task.FromResult(Attn.Done);
        });
        return command;
    }
}
