using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn functions</c>: which heads find which syntactic relations.</summary>
internal static class FunctionsVerb
{
    private const int Shown = 12;

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new Option<string?>("--model") { Description = "A model folder in Hugging Face layout.", HelpName = "DIR" };
        var maps = new Option<string?>("--maps") { Description = "Saved maps instead of a model; a sentence is matched to its map by sent_id = id.", HelpName = "F.npz" };
        var tokens = new Option<string?>("--tokens") { Description = "Tokens of the saved maps.", HelpName = "F.jsonl" };
        var treebank = new Option<string>("--conllu") { Description = "A treebank in CoNLL-U.", HelpName = "F", Required = true };
        var limit = new Option<int>("--limit") { Description = "Use the first N sentences only.", HelpName = "N", DefaultValueFactory = _ => int.MaxValue };
        var fold = new Option<bool>("--fold-subtypes") { Description = "Count a subtype as its relation: nsubj:pass as nsubj." };
        var heldOut = new Option<bool>("--held-out") { Description = "Tell the accuracy of a head that was chosen on the other half of the sentences, and add both halves' counts to every row." };
        var summary = new Option<string?>("--summary") { Description = "A row per relation: best head, held-out accuracy, baseline, tests.", HelpName = "F.csv" };
        var seed = new Option<int>("--seed") { Description = "Decides the halves and the draws of intervals.", HelpName = "S" };
        var file = new Option<string>("--out") { Description = "A row per relation, head and direction.", HelpName = "functions.csv", Required = true };
        var command = new Command("functions", "Scores every head on every syntactic relation of a treebank, beside the best fixed offset (Clark et al. 2019, §4.2).") { model, maps, tokens, treebank, limit, fold, heldOut, summary, seed, file };
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
            DependencyHits hits;
            using (var progress = new ProgressLine(error, "sentences")) hits = DependencyHits.Measure(source, fitting, progress: progress, cancellation: cancellation);
            bool folded = parsed.GetValue(fold), halves = parsed.GetValue(heldOut);
            int chosen = parsed.GetValue(seed);
            var scores = DependencyRelations.Score(hits, folded);
            AtomicFile.WriteText(parsed.GetValue(file)!, RelationTables.Csv(scores, halves ? HeldOutRelations.Halves(hits, folded, chosen) : null));
            var relations = halves || parsed.GetValue(summary) is not null ? HeldOutRelations.Score(hits, folded, chosen) : [];
            if (parsed.GetValue(summary) is { } summaryFile) AtomicFile.WriteText(summaryFile, RelationTables.Csv(relations));
            output.WriteLine($"{parsed.GetValue(file)}: {scores.Select(s => s.Relation).Distinct().Count()} relations over {fitting.Count} sentences, {source.Grid} heads; the best head of the commonest{(halves ? ", and what a head chosen on one half finds in the other" : "")}:");
            if (halves) foreach (var relation in relations.Take(Shown)) output.WriteLine(RelationTables.Line(relation));
            else foreach (var relation in scores.GroupBy(s => s.Relation).OrderByDescending(g => g.First().Accuracy.Count).Take(Shown)) output.WriteLine(RelationTables.Line(relation.MaxBy(s => s.Accuracy.Correct)!));
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
}
