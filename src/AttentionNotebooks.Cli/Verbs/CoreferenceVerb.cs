using System.CommandLine;
using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn coreference</c>: which heads find antecedents.</summary>
internal static class CoreferenceVerb
{
    private const int DefaultMaxLength = 128; // as Clark et al. 2019 cut documents

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new Option<string>("--model") { Description = "A model folder in Hugging Face layout.", HelpName = "DIR", Required = true };
        var documents = new Option<string>("--documents") { Description = "CoNLL-U with Entity= in MISC (CorefUD), or a .tsv with the columns document, words, mentions.", HelpName = "F", Required = true };
        var maxLength = new Option<int>("--max-length") { Description = "Cut longer documents to so many tokens.", HelpName = "N", DefaultValueFactory = _ => DefaultMaxLength };
        var words = new Option<string>("--candidate") { Description = "Look up a candidate's attention at its head word, or take the mean over its words.", DefaultValueFactory = _ => "head" };
        var seed = new Option<int>("--seed") { Description = "Decides the halves of documents and the draws of intervals.", HelpName = "S" };
        var file = new Option<string>("--out") { Description = "A row per type of anaphor and head.", HelpName = "F.csv", Required = true };
        words.AcceptOnlyFromAmong("head", "mean");
        var command = new Command("coreference", "How often each head's attention picks the antecedent among the mentions before (after Clark et al. 2019, Table 2).") { model, documents, maxLength, words, seed, file };
        command.SetWork((parsed, cancellation) =>
        {
            using var checkpoint = Checkpoint.Load(parsed.GetValue(model)!);
            var read = CoreferenceReader.Read(parsed.GetValue(documents)!);
            var (source, fitting, cut, leftOut) = CoreferenceAttention.Of(checkpoint, read, Math.Min(parsed.GetValue(maxLength), checkpoint.Tokenizer.MaxLength));
            if (cut > 0 || leftOut > 0) error.WriteLine($"attn: {cut} of {read.Count} documents were cut; {leftOut} without an antecedent are left out.");
            IReadOnlyList<AntecedentScores> scores;
            using (var progress = new ProgressLine(error, "documents"))
                scores = AntecedentSelection.Measure(source, fitting, parsed.GetValue(words) == "mean" ? CandidateWords.Mean : CandidateWords.Head, parsed.GetValue(seed), progress, cancellation);
            AtomicFile.WriteText(parsed.GetValue(file)!, Csv(scores));
            output.WriteLine($"{parsed.GetValue(file)}: {scores[0].Nearest.Count} anaphors in {fitting.Count} documents, {source.Grid} heads:");
            foreach (var s in scores) output.WriteLine(Line(s));
        });
        return command;
    }

    private static string Csv(IReadOnlyList<AntecedentScores> scores)
    {
        var text = new StringBuilder("type,layer,head,correct,count,accuracy,ci_low,ci_high,nearest,head_match,chance\n");
        foreach (var s in scores)
            for (int h = 0; h < s.Grid.Count; h++)
                text.Append(CultureInfo.InvariantCulture, $"{s.Type},{s.Grid[h].Layer},{s.Grid[h].Index},{s.ByHead[h].Correct},{s.ByHead[h].Count},{s.ByHead[h].Value:R},{s.ByHead[h].Interval.Low:R},{s.ByHead[h].Interval.High:R},{s.Nearest.Value:R},{s.HeadMatch.Value:R},{s.Chance:R}\n");
        return text.ToString();
    }

    private static string Line(AntecedentScores s) => string.Create(CultureInfo.InvariantCulture,
        $"  {s.Type,-8} {s.Nearest.Count,5}  best head {s.Best,-5} {s.BestAccuracy.Value:0.000}{(s.HeldOut is { } held ? $", held out {held.Value:0.000} [{s.HeldOutInterval.Low:0.000}, {s.HeldOutInterval.High:0.000}]" : "")}  nearest {s.Nearest.Value:0.000}  head match {s.HeadMatch.Value:0.000}  chance {s.Chance:0.000}");
}
