using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn probe</c>: how much of the trees all heads hold together.</summary>
internal static class ProbeVerb
{
    public static Command Create(TextWriter output)
    {
        var defaults = new ProbeOptions();
        var model = new ModelOptions(fullPrecisionOnly: true);
        var treebank = SourceOptions.Treebank();
        var limit = new LimitOption("sentences", standard: 1000); // their word-level attention is kept in memory
        var epochs = new Option<int>("--epochs")
        {
            Description = "Passes over the training sentences.",
            HelpName = "N",
            DefaultValueFactory = _ => defaults.Epochs,
        };
        var dimensions = new Option<int>("--dimensions")
        {
            Description = "Principal components of the word vectors.",
            HelpName = "D",
            DefaultValueFactory = _ => ProbeReport.DefaultDimensions,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Decides the split, the order of training, the random weights, the control task and the draws of intervals.",
            HelpName = "S",
        };
        var file = new OutFile("A row per probe and control.", "F.csv", [OutFile.Csv]);
        var command = new Command("probe", "Trains the probes of Clark et al. 2019, §5, on a treebank, beside right-branching, "
            + "distances, a model with random weights, and each probe on a control task (Hewitt and Liang 2019).");
        model.AddTo(command);
        foreach (var option in new Option[] { treebank, limit, epochs, dimensions, seed, file }) command.Add(option);
        command.SetWork((parsed, cancellation) =>
        {
            using var checkpoint = model.Load(parsed);
            var scores = ProbeReport.Run(checkpoint, ConllU.Read(parsed.GetValue(treebank)!).ToArray().Evenly(limit.Of(parsed)),
                new ProbeOptions { Epochs = parsed.GetValue(epochs), Seed = parsed.GetValue(seed) }, parsed.GetValue(dimensions),
                cancellation: cancellation);
            ProbeTable.Write(scores, parsed.GetValue(file)!);
            output.WriteLine($"{parsed.GetValue(file)}: syntactic heads found, of {scores[0].Test.Count} held-out words:");
            foreach (var s in scores)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {s.Name,-34} {s.Test.Value:0.000} "
                    + $"[{s.Interval.Low:0.000}, {s.Interval.High:0.000}]  training {s.Train.Value:0.000}  {s.Weights} weights")
                    + (s.Control is not { } control ? "" : string.Create(CultureInfo.InvariantCulture, $"  control {control.Value:0.000}, "
                        + $"selectivity {s.Selectivity.Value:+0.000;-0.000} [{s.Selectivity.Low:+0.000;-0.000}, "
                        + $"{s.Selectivity.High:+0.000;-0.000}]")));
        });
        return command;
    }
}
