using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn compare</c>: the heads of two models side by side.</summary>
internal static class CompareVerb
{
    private const string Kinds = "a model folder, the name of an encoder that came with the build, a head table (.csv, .parquet, .npz), "
        + "values per text or saved maps (.npz; their tokens are read from F.tokens.jsonl beside F.npz, if it is there)";

    public static Command Create(TextWriter output, TextWriter error)
    {
        var a = new Argument<string>("A") { Description = $"The first model: {Kinds}." };
        var b = new Argument<string>("B") { Description = "The second model, in any of these forms." };
        var text = new Option<string?>("--text")
        {
            Description = "Texts for models, one per line; a tab separates the two texts of a pair.",
            HelpName = "F",
        };
        var treebank = SourceOptions.Treebank("A treebank in CoNLL-U instead of --text.", required: false);
        var maxLength = SourceOptions.MaxLength("Cut longer texts to N tokens, special tokens included; by default the models' limit.");
        var limit = new LimitOption("texts");
        var features = FeatureOption.Create("the 13 that heads are clustered on, as far as both have them");
        var rescale = new Option<bool>("--rescale")
        {
            Description = "Scale heads by the mean and spread of their own model, for models on different texts. By default matched heads "
                + "are scaled by those of both models together, and heads that are carried to the other model's clusters by those of that "
                + "model. Each model is clustered on its own z-scores in any case.",
        };
        var k = new Option<int>("--k") { Description = "How many clusters each model gets.", HelpName = "K", DefaultValueFactory = _ => 4 };
        var draws = new Option<int>("--draws")
        {
            Description = "How often the features are dealt anew beside the matched heads.",
            HelpName = "N",
            DefaultValueFactory = _ => HeadMatching.DefaultDraws,
        };
        var seed = new Option<int>("--seed") { Description = "Decides all random choices.", DefaultValueFactory = _ => 0 };
        var file = new OutFile("Write the report to this file instead of the console.", "F.md", [OutFile.Markdown], required: false);
        var matches = OutFile.Also("--matches", "Also write a row per pair of matched heads.", "F.csv", OutFile.Csv);
        var profiles = OutFile.Also("--profiles", "Also write every feature's mean in every layer of both models.", "F.csv", OutFile.Csv);
        var changes = OutFile.Also("--changes", "Also write, for every head, how alike its maps are in both models on the same texts; "
            + "needs models or saved maps of the same layers and heads.", "F.csv", OutFile.Csv);
        draws.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 19 or > 100_000)
                r.AddError("--draws takes 19 to 100000: fewer do not show where 95 % of them lie.");
        });
        k.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 2) r.AddError("--k must be at least 2."); });
        var command = new Command("compare", "Compares the heads of two models: matched heads, clusters, features by layer and, on the "
            + "same texts, the maps themselves.")
        { a, b, text, treebank, limit, maxLength, features, rescale, k, draws, seed, file, matches, profiles, changes };
        command.Validators.Add(r =>
        {
            if (r.GetValue(text) is not null && r.GetValue(treebank) is not null) r.AddError("Give --text or --conllu, not both.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            var texts = new ComparisonTexts(parsed.GetValue(text), parsed.GetValue(treebank), limit.Of(parsed), parsed.GetValue(maxLength));
            string[]? wanted = Names.Given(parsed.GetValue(features));
            var (first, second) = ComparedSide.Open(parsed.GetValue(a)!, parsed.GetValue(b)!, texts);
            using ComparedSide ofA = first, ofB = second;
            if (!first.IsModel && !second.IsModel && (texts.Text ?? texts.Treebank) is { } unread)
                throw new InputException(unread, null, $"is for models, and neither {first.Name} nor {second.Name} is one",
                    "Leave it out, or name a model");
            if (!first.IsModel && !second.IsModel && texts.MaxLength is { } length)
                throw new InputException($"--max-length {length}", null, $"is for models, and neither {first.Name} nor {second.Name} is "
                    + "one", "Leave it out, or name a model");
            if (first.Source is null && second.Source is null && parsed.GetValue(limit) is { } most)
                throw new InputException($"--limit {most}", null, $"is for models and saved maps, and neither {first.Name} nor "
                    + $"{second.Name} is one", "Leave it out, or name a model or saved maps");
            if (parsed.GetValue(changes) is { } asked) HeadComparison.RequireMaps(asked, first.Source?.Grid, second.Source?.Grid);
            HeadTable x, y;
            bool sameTexts;
            IReadOnlyList<string>? named = null;
            MapCosines? maps = null;
            using (var progress = new ProgressLine(error, "texts"))
            {
                // Of two sources the texts are compared first: that takes no time, and reading them may take an hour.
                sameTexts = first.Source is not null && second.Source is not null && Same(first, second, parsed.GetValue(changes));
                if (wanted is not null) named = ComparedSide.FeaturesNamed(wanted, first, second);
                x = first.Table(named, second.Columns, progress, cancellation);
                y = second.Table(named, first.Columns, progress, cancellation);
                if (sameTexts && first.Source!.Grid == second.Source!.Grid)
                    maps = MapCosines.Compute((first.Name, first.Source), (second.Name, second.Source), parsed.GetValue(seed), progress,
                        cancellation);
            }
            var comparison = HeadComparison.Compute(x, y, new ComparisonOptions
            {
                NameA = first.Name,
                NameB = second.Name,
                Features = named,
                EachByItself = parsed.GetValue(rescale),
                SameTexts = sameTexts && first.TokensKnown && second.TokensKnown ? true : null,
                Clusters = parsed.GetValue(k),
                Draws = parsed.GetValue(draws),
                Seed = parsed.GetValue(seed),
            }, maps);
            // What cannot be written is refused before anything is.
            if (parsed.GetValue(changes) is { } ofMaps) comparison.WriteChanges(ofMaps);
            if (parsed.GetValue(matches) is { } pairs) comparison.WriteMatches(pairs);
            if (parsed.GetValue(profiles) is { } layers) comparison.WriteProfiles(layers);
            string page = comparison.ToMarkdown();
            if (parsed.GetValue(file) is { } target)
            {
                AtomicFile.WriteText(target, page);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: {first.Name} ({x.Grid} heads) and {second.Name} "
                    + $"({y.Grid} heads), {comparison.Features.Count} features"));
            }
            else output.Write(page);
        });
        return command;
    }

    // Different texts are no error unless their maps are asked for: tables can be compared without.
    private static bool Same(ComparedSide a, ComparedSide b, string? changes)
    {
        try { MapCosines.RequireSameTexts((a.Name, a.Source!), (b.Name, b.Source!)); }
        catch (InputException) when (changes is null) { return false; }
        return true;
    }
}
