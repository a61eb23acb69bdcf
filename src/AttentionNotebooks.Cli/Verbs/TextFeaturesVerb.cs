using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn text-features</c>: the features of every head in every text, which a head table is the mean of.</summary>
internal static class TextFeaturesVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var features = FeatureOption.Create("the columns that attn cluster uses, and the distances between words");
        var file = new OutFile("An entry per feature, [texts, layers, heads] float32; attn cluster --texts reads it.", "texts.npz",
            [OutFile.Npz]);
        var command = new Command("text-features", "Computes the features of every head in every text, to test whether other texts "
            + "would give other clusters.") { features, file };
        source.AddTo(command);
        command.SetWork((parsed, cancellation) =>
        {
            var (attention, model) = source.Open(parsed);
            using var own = model;
            var wanted = parsed.GetValue(features) is { } names ? FeatureCatalogue.For(attention).Parse(names, attention)
                : StandardFeatures.PerText;
            TextValues values;
            using (var progress = new ProgressLine(error, "texts")) values = attention.Record(wanted, progress: progress,
                cancellation: cancellation);
            values.Write(parsed.GetValue(file)!);
            output.WriteLine(
                $"{parsed.GetValue(file)}: {values.Features.Count} features of {values.Grid} heads in {values.Texts.Count} texts");
            NoteLines.Write(values.ToTable().Notes, parsed.GetValue(file)!, output);
        });
        return command;
    }
}
