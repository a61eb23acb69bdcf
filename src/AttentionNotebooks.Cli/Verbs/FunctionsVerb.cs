using System.CommandLine;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn functions</c>: which heads find which syntactic relations.</summary>
internal static class FunctionsVerb
{
    private const int Shown = 12;

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new ModelOptions(required: false);
        var maps = SourceOptions.Maps("Saved maps instead of a model; a sentence is matched to its map by sent_id = id.");
        var tokens = SourceOptions.Tokens();
        var modelName = SourceOptions.ModelName();
        var treebank = SourceOptions.Treebank();
        var limit = new LimitOption("sentences");
        var maxLength = SourceOptions.MaxLength("Leave out sentences of more than N tokens, special tokens included; by default the "
            + "model's limit.");
        var fold = new Option<bool>("--fold-subtypes") { Description = "Count a subtype as its relation: nsubj:pass as nsubj." };
        var heldOut = new Option<bool>("--held-out")
        {
            Description = "Cross-validate: choose each head on one half of the sentences and report its accuracy on the other, beside "
                + "an offset, a rule on parts of speech and, with --model, random weights; add both halves' counts to every row.",
        };
        var atLeast = new Option<int>("--dependents")
        {
            Description = "Leave relations with fewer dependents out of --out (--summary keeps all).",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var summary = OutFile.Also("--summary", "Also write a row per relation: best head, held-out accuracy, baseline, tests.", "F.csv",
            OutFile.Csv);
        var seed = new Option<int>("--seed")
        {
            Description = "Decides the halves, the draws of the intervals and the random weights.",
            HelpName = "S",
        };
        var file = new OutFile("A row per relation, head and direction.", "functions.csv", [OutFile.Csv]);
        var command = new Command("functions", "Scores every head on every syntactic relation of a treebank, beside the best fixed "
            + "offset (Clark et al. 2019, §4.2).");
        model.AddTo(command);
        foreach (var option in new Option[] { maps, tokens, modelName, treebank, limit, maxLength, fold, heldOut,
            atLeast, summary, seed, file })
            command.Add(option);
        atLeast.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--dependents must be at least 1."); });
        command.Validators.Add(r =>
        {
            if (model.Given(r) is null == r.GetValue(maps) is null) r.AddError("Give either --model, or --maps with --tokens.");
            else if (r.GetValue(maps) is not null && r.GetValue(tokens) is null) r.AddError("--maps needs --tokens.");
            else if (r.GetValue(maps) is null && r.GetValue(modelName) is not null)
                r.AddError("--model-name goes with --maps: a model that runs has its folder's name.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            var sentences = ConllU.Read(parsed.GetValue(treebank)!).ToArray().Evenly(limit.Of(parsed));
            using var checkpoint = model.Given(parsed) is null ? null : model.Load(parsed);
            var (source, fitting) = checkpoint is not null
                ? Live(checkpoint, sentences, parsed.GetValue(maxLength), error)
                : Saved(SourceOptions.Open(parsed.GetValue(maps)!, parsed.GetValue(tokens), parsed.GetValue(modelName)), sentences,
                    parsed.GetValue(treebank)!, error);
            DependencyHits hits;
            using (var progress = new ProgressLine(error, "sentences")) hits = DependencyHits.Measure(source, fitting, progress: progress,
                cancellation: cancellation);
            bool folded = parsed.GetValue(fold), halves = parsed.GetValue(heldOut);
            int chosen = parsed.GetValue(seed);
            var scores = DependencyRelations.Score(hits, folded);
            var from = Provenance.Of(source, ["relations"]);
            var ofHalves = halves ? HeldOutRelations.Halves(hits, folded, chosen) : null;
            int[] kept = [.. Enumerable.Range(0, scores.Count).Where(i => scores[i].Accuracy.Count >= parsed.GetValue(atLeast))];
            if (kept.Length == 0)
                throw new InputException(parsed.GetValue(treebank)!, null,
                    $"has no relation with {parsed.GetValue(atLeast)} dependents in the {fitting.Count} sentences that were scored",
                    "Ask for fewer with --dependents, or score more sentences");
            RelationTable.Write([.. kept.Select(i => scores[i])], parsed.GetValue(file)!,
                ofHalves is null ? null : [.. kept.Select(i => ofHalves[i])], from);
            bool scored = halves || parsed.GetValue(summary) is not null;
            DependencyHits? random = null;
            if (scored && checkpoint is not null)
                using (var progress = new ProgressLine(error, "sentences with random weights"))
                    random = DependencyHits.OfRandomWeights(checkpoint, fitting, chosen, progress, cancellation);
            var relations = scored ? HeldOutRelations.Score(hits, folded, chosen, randomWeights: random) : [];
            if (parsed.GetValue(summary) is { } summaryFile) RelationTable.Write(relations, summaryFile, from);
            output.WriteLine($"{parsed.GetValue(file)}: {kept.Select(i => scores[i].Relation).Distinct().Count()} relations over "
                + $"{fitting.Count} sentences, {source.Grid} heads; the best head of the "
                + $"commonest{(halves ? "; held out: chosen on one half, scored on the other" : "")}:");
            var commonest = scores.GroupBy(s => s.Relation).OrderByDescending(g => g.First().Accuracy.Count);
            var lines = halves
                ? relations.Select(r => RelationLines.Of(r))
                : commonest.Select(r => RelationLines.Of(r.MaxBy(s => s.Accuracy.Correct)!));
            foreach (string line in lines.Take(Shown)) output.WriteLine(line);
            if (scored) output.WriteLine(RelationCounts.Of(relations));
        });
        return command;
    }

    private static (IAttentionSource, IReadOnlyList<TreebankSentence>) Live(Checkpoint model, TreebankSentence[] sentences, int? maxLength,
        TextWriter error)
    {
        int longest = Math.Min(maxLength ?? int.MaxValue, model.Tokenizer.MaxLength);
        var (source, fitting, leftOut) = TreebankAttention.Of(model, sentences, longest);
        if (leftOut > 0)
            error.WriteLine($"attn: {leftOut} of {sentences.Length} sentences are left out: they have more than {longest} tokens, or a "
                + $"word without a word piece.");
        return (source, fitting);
    }

    private static (IAttentionSource, IReadOnlyList<TreebankSentence>) Saved(MapArchive archive, TreebankSentence[] sentences, string file,
        TextWriter error)
    {
        var byId = sentences.ToLookup(s => s.Id);
        int[] positions = [.. Enumerable.Range(0, archive.Texts.Count).Where(i => byId[archive.Texts[i].Id].Any())];
        if (positions.Length == 0)
            throw new InputException(file, null, "has no sentence whose sent_id is the id of a map", "Give the treebank of the same texts");
        if (positions.Length < archive.Texts.Count)
            error.WriteLine($"attn: {archive.Texts.Count - positions.Length} of {archive.Texts.Count} maps have no sentence and are "
                + $"left out.");
        return (archive.Only(positions), [.. positions.Select(p => byId[archive.Texts[p].Id].First())]);
    }
}
