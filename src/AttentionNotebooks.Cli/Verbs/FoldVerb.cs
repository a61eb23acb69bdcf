using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn fold</c>: a calibration into the weights of a plain checkpoint.</summary>
internal static class FoldVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = ModelOptions.Folder("The model that was calibrated, a folder in Hugging Face layout.");
        var calibration = new Option<string>("--calibration")
        {
            Description = "What attn calibrate wrote.",
            HelpName = "calibration.json",
            Required = true,
        };
        var leaveOut = new Option<bool>("--leave-out-biases")
        {
            Description = "Leave out priors and special biases, which weights cannot hold, instead of refusing them. The result is "
                + "then not the calibrated model.",
        };
        var folder = new OutOption("Folder for the checkpoint.", "DIR");
        var command = new Command("fold", "Writes a calibrated model as a plain Hugging Face checkpoint: temperatures into the "
            + "queries, gates into the attention's output.") { model, calibration, leaveOut, folder };
        command.SetWork((parsed, _) =>
        {
            string source = parsed.GetValue(model)!, target = parsed.GetValue(folder)!, file = parsed.GetValue(calibration)!;
            var settings = ModelCalibration.Read(file);
            var left = CalibrationExport.Export(source, settings, target, parsed.GetValue(leaveOut));
            if (left.Count > 0)
                error.WriteLine($"attn: the priors and special biases of {left.Count} heads were left out: {target} is not the "
                    + $"calibrated model.");
            if (settings.Heads.All(h => h.Temperature == 1 && h.Gate == 1))
                error.WriteLine($"attn: {file} sets no temperature and no gate: {target} holds the model as it was.");
            output.WriteLine($"{target}: {settings.Changed.Count()} of {settings.Grid.Count} heads folded into the weights");
        });
        return command;
    }
}
