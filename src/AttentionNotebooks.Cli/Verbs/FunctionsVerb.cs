using System.CommandLine;
using System.Globalization;
using System.Text;
using AttentionNotebooks.Attention;
using AttentionNotebooks.Bert;
using AttentionNotebooks.Data;
using AttentionNotebooks.Functions;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn functions</c>: which heads find which syntactic relations.</summary>
internal static class FunctionsVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new Option<string?>("--model") { Description = "A model folder in Hugging Face layout.", HelpName = "DIR" };
        var maps = new Option<string?>("--maps") { Description = "Saved maps instead of a model; a sentence is matched to its map by sent_id = id.", HelpName = "F.npz" };
        var tokens = new Option<string?>("--tokens") { Description = "Tokens of the saved maps.", HelpName = "F.jsonl" };
        var treebank = new Option<string>("--conllu") { Description = "A treebank in CoNLL-U.", HelpName = "F", Required = true };
        var limit = new Option<int>("--limit") { Description = "Use the first N sentences only.", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };
        var file = new Option<string>("--out") { Description = "A row per relation, head and direction.", HelpName = "functions.csv", Required = true };
        var command = new Command("functions", "Scores every head on every syntactic relation of a treebank, beside the best fixed offset (Clark et al. 2019, §4.2).") { model, maps, tokens, treebank, limit, file };
        command.Validators.Add(r =>
        {
            if (r.GetValue(model) is null == r.GetValue(maps) is null) r.AddError("Give either --model, or --maps with --tokens.");
            else if (r.GetValue(maps) is not null && r.GetValue(tokens) is null) r.AddError("--maps needs --tokens.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            var sentences = ConllU.Read(parsed.GetValue(treebank)!).Take(parsed.GetValue(limit)).ToList();
            using var checkpoint = parsed.GetValue(model) is { } folder ? Checkpoint.Load(folder) : null;
            var (source, fitting) = checkpoint is not null
                ? Live(checkpoint, sentences, error)
                : Saved(MapArchive.Open(parsed.GetValue(maps)!, parsed.GetValue(tokens)), sentences, parsed.GetValue(treebank)!, error);
            IReadOnlyList<RelationScore> scores;
            using (var progress = new ProgressLine(error, "sentences")) scores = DependencyRelations.Score(source, fitting, progress, cancellation);
            AtomicFile.WriteText(parsed.GetValue(file)!, Csv(scores));
            output.WriteLine($"{parsed.GetValue(file)}: {scores.Select(s => s.Relation).Distinct().Count()} relations over {fitting.Count} sentences, {source.Grid} heads; the best head of the commonest:");
            foreach (var relation in scores.GroupBy(s => s.Relation).OrderByDescending(g => g.First().Accuracy.Count).Take(12)) output.WriteLine(Summary(relation.MaxBy(s => s.Accuracy.Correct)!));
        });
        return command;
    }

    private static (IAttentionSource, IReadOnlyList<TreebankSentence>) Live(Checkpoint model, List<TreebankSentence> sentences, TextWriter error)
    {
        var (source, fitting, leftOut) = TreebankAttention.Of(model, sentences);
        if (leftOut > 0) error.WriteLine($"attn: {leftOut} of {sentences.Count} sentences are too long for the model, or have a word without a piece, and are left out.");
        return (source, fitting);
    }

    private static (IAttentionSource, IReadOnlyList<TreebankSentence>) Saved(MapArchive archive, List<TreebankSentence> sentences, string file, TextWriter error)
    {
        var byId = sentences.ToLookup(s => s.Id);
        int[] positions = [.. Enumerable.Range(0, archive.Texts.Count).Where(i => byId[archive.Texts[i].Id].Any())];
        if (positions.Length == 0) throw new InputException(file, null, "has no sentence whose sent_id is the id of a map", "Give the treebank of the same texts");
        if (positions.Length < archive.Texts.Count) error.WriteLine($"attn: {archive.Texts.Count - positions.Length} of {archive.Texts.Count} maps have no sentence and are left out.");
        return (archive.Only(positions), [.. positions.Select(p => byId[archive.Texts[p].Id].First())]);
    }

    private static string Csv(IReadOnlyList<RelationScore> scores)
    {
        var text = new StringBuilder("relation,layer,head,direction,correct,count,accuracy,ci_low,ci_high,baseline,offset\n");
        foreach (var s in scores)
            text.Append(CultureInfo.InvariantCulture, $"{s.Relation},{s.Head.Layer},{s.Head.Index},{Name(s.Direction)},{s.Accuracy.Correct},{s.Accuracy.Count},{s.Accuracy.Value:R},{s.Accuracy.Interval.Low:R},{s.Accuracy.Interval.High:R},{s.Baseline.Value:R},{s.Offset}\n");
        return text.ToString();
    }

    private static string Summary(RelationScore s) => string.Create(CultureInfo.InvariantCulture,
        $"  {s.Relation,-12} {s.Accuracy.Count,5}  head {s.Head,-5} {Name(s.Direction)}  {s.Accuracy.Value:0.000} [{s.Accuracy.Interval.Low:0.000}, {s.Accuracy.Interval.High:0.000}]  offset {s.Offset:+0;-0}: {s.Baseline.Value:0.000}");

    private static string Name(Direction direction) => direction == Direction.DependentToHead ? "dep->head" : "head->dep";
}
