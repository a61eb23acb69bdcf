using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn mean-maps</c>: the mean map of every head over texts of different lengths.</summary>
internal static class MeanMapsVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var source = new SourceOptions(error);
        var bins = new Option<int>("--bins")
        {
            Description = "Positions along each side, from the text's beginning to its end.",
            HelpName = "N",
            DefaultValueFactory = _ => MeanMaps.DefaultBins,
        };
        var file = new OutFile("The entry maps, [layers, heads, bins, bins] float32.", "mean-maps.npz", [OutFile.Npz]);
        var command = new Command("mean-maps", "Computes the mean map of every head over texts of any lengths, on a common grid of "
            + "positions.") { bins, file };
        source.AddTo(command);
        bins.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--bins must be at least 1."); });
        command.SetWork((parsed, cancellation) =>
        {
            var (attention, model) = source.Open(parsed);
            MeanMaps maps;
            using (model)
            using (var progress = new ProgressLine(error, "texts")) maps = MeanMaps.Compute(attention, parsed.GetValue(bins), progress,
                cancellation);
            maps.Write(parsed.GetValue(file)!);
            output.WriteLine($"{parsed.GetValue(file)}: mean maps of {attention.Grid} heads over {attention.Texts.Count} texts, "
                + $"{parsed.GetValue(bins)} positions");
            NoteLines.Write(maps.Notes, parsed.GetValue(file)!, output);
        });
        return command;
    }
}
