using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn coreference</c>: which heads find antecedents.</summary>
internal static class CoreferenceVerb
{
    private const int DefaultMaxLength = 128; // as Clark et al. 2019 cut documents

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new ModelOptions();
        var documents = new Option<string>("--documents")
        {
            Description = "CoNLL-U with Entity= in MISC (CorefUD), or a .tsv with the columns document, words, mentions.",
            HelpName = "F",
            Required = true,
        };
        var maxLength = SourceOptions.MaxLength($"Cut longer documents to N tokens, special tokens included; by default "
            + $"{DefaultMaxLength}.");
        var words = new Option<string>("--candidate")
        {
            Description = "A candidate's attention: that of its head word, or the mean over its words.",
            DefaultValueFactory = _ => "head",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Decides the halves of the documents and the draws of the intervals.",
            HelpName = "S",
        };
        var file = new OutFile("A row per type of anaphor and head.", "F.csv", [OutFile.Csv]);
        words.AcceptOnlyFromAmong("head", "mean");
        var command = new Command("coreference", "How often each head's attention picks the antecedent among the mentions before "
            + "(after Clark et al. 2019, Table 2).");
        model.AddTo(command);
        foreach (var option in new Option[] { documents, maxLength, words, seed, file }) command.Add(option);
        command.SetWork((parsed, cancellation) =>
        {
            using var checkpoint = model.Load(parsed);
            var read = CoreferenceReader.Read(parsed.GetValue(documents)!);
            var (source, fitting, cut, leftOut) = CoreferenceAttention.Of(checkpoint, read,
                Math.Min(parsed.GetValue(maxLength) ?? DefaultMaxLength, checkpoint.Tokenizer.MaxLength));
            if (cut > 0 || leftOut > 0)
                error.WriteLine($"attn: {cut} of {read.Count} documents were cut; {leftOut} without an antecedent are left out.");
            IReadOnlyList<AntecedentScores> scores;
            using (var progress = new ProgressLine(error, "documents"))
                scores = AntecedentSelection.Measure(source, fitting,
                    parsed.GetValue(words) == "mean" ? CandidateWords.Mean : CandidateWords.Head, parsed.GetValue(seed), progress,
                    cancellation);
            AntecedentTable.Write(scores, parsed.GetValue(file)!);
            output.WriteLine($"{parsed.GetValue(file)}: {scores[0].Nearest.Count} anaphors in {fitting.Count} documents, {source.Grid} "
                + $"heads:");
            foreach (var s in scores) output.WriteLine(Line(s));
        });
        return command;
    }

    private static string Line(AntecedentScores s) => string.Create(CultureInfo.InvariantCulture,
        $"  {s.Type,-8} {s.Nearest.Count,5}  best head {s.Best,-5} "
            + $"{s.BestAccuracy.Value:0.000}{HeldOut(s)}  nearest {s.Nearest.Value:0.000}"
            + $"  head match {s.HeadMatch.Value:0.000}  chance {s.Chance:0.000}");

    private static string HeldOut(AntecedentScores s) => s.HeldOut is not { } held ? "" : string.Create(CultureInfo.InvariantCulture,
        $", held out {held.Value:0.000} [{s.HeldOutInterval.Low:0.000}, {s.HeldOutInterval.High:0.000}]");
}
