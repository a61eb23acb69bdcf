using System.CommandLine;
using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn probe</c>: how much of the trees all heads hold together.</summary>
internal static class ProbeVerb
{
    public static Command Create(TextWriter output)
    {
        var defaults = new ProbeOptions();
        var model = new Option<string>("--model") { Description = "A model folder in Hugging Face layout.", HelpName = "DIR", Required = true };
        var treebank = new Option<string>("--conllu") { Description = "A treebank in CoNLL-U.", HelpName = "F", Required = true };
        var limit = new Option<int>("--limit") { Description = "Use the first N sentences; their word-level attention is kept in memory.", HelpName = "N", DefaultValueFactory = _ => 1000 };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the training sentences.", HelpName = "N", DefaultValueFactory = _ => defaults.Epochs };
        var dimensions = new Option<int>("--dimensions") { Description = "Principal components of the word vectors.", HelpName = "D", DefaultValueFactory = _ => WordVectors.DefaultDimensions };
        var seed = new Option<int>("--seed") { Description = "Decides the split, the order of training, the random weights and the draws of intervals.", HelpName = "S" };
        var file = new Option<string>("--out") { Description = "A row per probe and control.", HelpName = "F.csv", Required = true };
        var command = new Command("probe", "Trains the probes of Clark et al. 2019, §5, on a treebank, beside right-branching, distances and a model with random weights.") { model, treebank, limit, epochs, dimensions, seed, file };
        command.SetWork((parsed, cancellation) =>
        {
            using var checkpoint = Checkpoint.Load(parsed.GetValue(model)!);
            var scores = ProbeReport.Run(checkpoint, ConllU.Read(parsed.GetValue(treebank)!).Take(parsed.GetValue(limit)),
                new ProbeOptions { Epochs = parsed.GetValue(epochs), Seed = parsed.GetValue(seed) }, parsed.GetValue(dimensions), cancellation: cancellation);
            AtomicFile.WriteText(parsed.GetValue(file)!, Csv(scores));
            output.WriteLine($"{parsed.GetValue(file)}: heads found of {scores[0].Test.Count} words held out:");
            foreach (var s in scores)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {s.Name,-34} {s.Test.Value:0.000} [{s.Interval.Low:0.000}, {s.Interval.High:0.000}]  training {s.Train.Value:0.000}  {s.Weights} weights"));
        });
        return command;
    }

    private static string Csv(IReadOnlyList<ProbeScore> scores)
    {
        var text = new StringBuilder("probe,correct,count,uas,ci_low,ci_high,uas_training,weights\n");
        foreach (var s in scores)
            text.Append(CultureInfo.InvariantCulture, $"{s.Name},{s.Test.Correct},{s.Test.Count},{s.Test.Value:R},{s.Interval.Low:R},{s.Interval.High:R},{s.Train.Value:R},{s.Weights}\n");
        return text.ToString();
    }
}
