using System.CommandLine;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn explain</c>: how well the features of heads predict which heads matter.</summary>
internal static class ExplainVerb
{
    public static Command Create(TextWriter output)
    {
        var heads = new Option<string>("--heads")
        { Description = "The heads' features, as attn features writes them.", HelpName = "heads.csv", Required = true };
        var importance = new Option<string>("--importance")
        {
            Description =
                "The heads' importance, as attn importance or attn ablate --by head writes it; a column of --heads unless given.",
            HelpName = "F.csv"
        };
        var measure = new Option<string?>("--measure")
        {
            Description =
                "Which column of it: any. Unless given, the first that says how much heads matter: gradient, or change in a file of attn "
                + "ablate.",
            HelpName = "NAME"
        };
        var features = new Option<string?>("--features")
        {
            Description = "Comma-separated names of the features to explain with; those that heads are clustered on unless given.",
            HelpName = "a,b"
        };
        var testHeads = new Option<string?>("--test-heads")
        {
            Description = "Features of other heads, or of the same on other texts, to predict the importance of.",
            HelpName = "heads.csv"
        };
        var testImportance = new Option<string?>("--test-importance")
        { Description = "Their importance, by the same measure.", HelpName = "F.csv" };
        var rescale = new Option<bool>("--rescale")
        {
            Description =
                "Standardise the features of --test-heads by their own mean and spread, instead of those of --heads: for another model, "
                + "whose distances are others."
        };
        var permutations = new Option<int>("--permutations")
        { Description = "Runs of the null; N give p-values of 1/(N + 1) at least.", HelpName = "N", DefaultValueFactory = _ => 199 };
        var draws = new Option<int>("--draws")
        {
            Description = "Draws of heads for the intervals.",
            HelpName = "N",
            DefaultValueFactory = _ => 1000
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Decides folds, permutations and draws.",
            HelpName = "S",
            DefaultValueFactory = _ => 0
        };
        var coefficients = OutFile.Also("--coefficients", "Also write a row per feature: coefficient and rank correlation with intervals.",
            "F.csv", OutFile.Csv);
        var predicted =
            new OutFile(
                "Also write a row per head: its importance, and the importance predicted from the features of other heads (predicted) and "
                    + "other layers (predicted_from_layers).", "F.csv", OutFile.HeadTable, "--predicted", required: false);
        var file = new OutFile("All figures.", "report.json", [OutFile.Json]);
        permutations.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 19 or > 100_000)
                r.AddError("--permutations takes 19 to 100000: with fewer no p-value can be 0.05.");
        });
        draws.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 100 or > 100_000) r.AddError("--draws takes 100 to 100000."); });
        var command =
            new Command("explain",
                "Regresses the importance of heads on their features: ridge with nested cross-validation, a permutation null, what each "
                    + "feature says, and whether the law holds for other texts or another model.")
        {
            heads, importance, measure, features, testHeads, testImportance, rescale, permutations, draws, seed, coefficients, predicted,
                file,
        };
        command.Validators.Add(r =>
        {
            bool given = TaskOptions.Given(r, testHeads) is not null;
            if (given != TaskOptions.Given(r, testImportance) is not null) r.AddError("--test-heads and --test-importance go together.");
            if (!given && r.GetResult(rescale) is { Implicit: false }) r.AddError("--rescale goes with --test-heads.");
        });
        command.SetWork((parsed, _) =>
        {
            string headFile = parsed.GetValue(heads)!, importanceFile = parsed.GetValue(importance) ?? headFile;
            var table = HeadTable.Read(headFile);
            var values = Importance(importanceFile, parsed.GetValue(measure), headFile, table);
            string name = values.Name;
            string[]? columns = parsed.GetValue(features) is { } list ? Names.Of(list)
                // nothing explains itself
                : importanceFile == headFile ? [.. HeadClusters.DefaultFeatures(table).Where(f => f != name)] : null;
            ImportanceModel Of(HeadFolds folds) => ImportanceModel.Fit(table, values, columns, folds, parsed.GetValue(permutations),
                parsed.GetValue(seed), parsed.GetValue(draws));
            ImportanceTransfer? transfer = null;
            var model = Of(HeadFolds.Random);
            if (parsed.GetValue(testHeads) is { } others)
            {
                var there = HeadTable.Read(others);
                transfer = model.Transfer(there, Importance(parsed.GetValue(testImportance)!, name, others, there),
                    parsed.GetValue(rescale), parsed.GetValue(seed));
            }
            var report = new ExplainReport((Path.GetFileName(headFile), Path.GetFileName(importanceFile)), name, model,
                table.Grid.Layers > 1 ? Of(HeadFolds.ByLayer)
                    : null, ImportanceModel.LayerAlone(table.Grid, values, parsed.GetValue(seed)), transfer, table.Grid);
            report.Figures().Write(parsed.GetValue(file)!);
            if (parsed.GetValue(coefficients) is { } rows) model.WriteEffects(rows);
            if (parsed.GetValue(predicted) is { } perHead) report.Heads(values).Of(table.From).Write(perHead);
            output.WriteLine($"{parsed.GetValue(file)}: {name} of {table.Grid} heads by {model.Effects.Count} features");
            foreach (string line in report.Lines()) output.WriteLine(line);
        });
        return command;
    }

    private static HeadColumn Importance(string file, string? measure, string headFile, HeadTable heads)
    {
        var table = file == headFile ? heads : ImportanceFile.Read(file);
        if (file != headFile) HeadTable.RequireSame((headFile, heads), (file, table));
        if (measure is not null) return table.Column(measure);
        return table.Columns.FirstOrDefault(c => c.Kind == MeasureKind.Importance && c.Info.InSynthesis)
            ?? throw new InputException(file, "line 1",
                $"has none of the columns {string.Join(", ", MeasureCatalogue.NamesOf(MeasureKind.Importance))}",
                    $"Name one with --measure: {string.Join(", ", table.Features)}");
    }
}
