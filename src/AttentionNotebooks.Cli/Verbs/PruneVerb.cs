using System.CommandLine;
using System.CommandLine.Parsing;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn prune</c>: what is left of a model as heads are removed, in orders that features, gradients, ablation and chance
/// give.</summary>
internal static class PruneVerb
{
    // The order that is no measure: importance as features predict it.
    private const string Predicted = "features";

    public static Command Create(TextWriter output, TextWriter error)
    {
        var task = new TaskOptions();
        var orders = new Option<string>("--orders")
        {
            Description =
                "Which orders, comma-separated: by importance that the features of other heads predict (features), by the gradient of a "
                + "gate, by taking out every head alone, or by any other measure of the catalogue or column of --heads.",
            HelpName = "a,b",
            DefaultValueFactory = _ => $"{Predicted},gradient,ablation"
        };
        var predict = new Option<string>("--predict")
        { Description = "Which importance of the other heads the features are fitted to.", DefaultValueFactory = _ => "gradient" };
        var heads = new Option<string?>("--heads")
        {
            Description =
                "The heads' features, as attn features writes them, instead of computing them on the items that importance is measured on.",
            HelpName = "heads.csv"
        };
        var columns = new Option<string?>("--features")
        { Description = "Comma-separated names of the features; those that heads are clustered on unless given.", HelpName = "a,b" };
        var byLayer = new Option<bool>("--from-layers")
        { Description = "Predict a head from the other layers alone, instead of from nine tenths of all heads." };
        var steps = new Option<int>("--steps")
        {
            Description = "In how many steps all heads are removed.",
            HelpName = "N",
            DefaultValueFactory = _ => new PruningOptions().Steps
        };
        var random = new Option<int?>("--random-orders")
        {
            Description = "How many random orders; N give p-values of 1/(N + 1) at least. Default: 20 for each of --orders, which Holm's "
                + "correction needs.",
            HelpName = "N",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Decides the hidden words, the folds, the random orders and the intervals.",
            HelpName = "S",
            DefaultValueFactory = _ => 0
        };
        var json =
            OutFile.Also("--json",
                "Also write model, task, sizes, the areas under the curves and their comparisons, with intervals and p-values. In a "
                    + "notebook, PruningFigures.Read reads them.", "F.json", OutFile.Json);
        var file = new OutFile("The curves: a row per order and step.", "pruning.csv", [OutFile.Csv]);
        predict.AcceptOnlyFromAmong([.. MeasureCatalogue.NamesOf(MeasureKind.Importance)]);
        orders.Validators.Add(r =>
        {
            string[] named = Names.Of(r.GetValueOrDefault<string>());
            // With a table a name may be that of any of its columns.
            bool table = TaskOptions.Given(r.Parent as CommandResult
                ?? throw new InvalidOperationException("an option stands in a command"), heads) is not null;
            if (!table && named.FirstOrDefault(n => n != Predicted && !MeasureCatalogue.Has(n)) is { } unknown)
                r.AddError($"--orders knows no {unknown}.");
            else if (named.Length == 0) r.AddError("--orders names nothing.");
        });
        steps.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 1000) r.AddError("--steps takes 1 to 1000."); });
        random.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int?>() is < 0 or > 10_000) r.AddError("--random-orders takes 0 to 10000.");
        });
        var command =
            new Command("prune",
                "Removes heads, the least important first, and follows loss and accuracy on items that importance was not measured on: "
                    + "by features alone, by gradient, by ablation, beside random orders.");
        task.AddTo(command);
        foreach (var option in new Option[] { orders, predict, heads, columns, byLayer, steps, random, seed, json, file })
            command.Add(option);
        command.SetWork((parsed, cancellation) =>
        {
            using var model = task.Load(parsed);
            var asked = task.Open(parsed, model, parsed.GetValue(seed), error);
            var grid = model.Checkpoint.Config.Grid;
            var (measured, test) = Parts(asked);
            int threads = task.Threads(parsed);
            string[] named = [.. Names.Of(parsed.GetValue(orders)).Distinct()];
            var table = Table(parsed.GetValue(heads), model);
            PruningStudy study;
            using (var progress = new ProgressLine(error, "passes"))
            {
                var own = new Dictionary<string, HeadColumn>();
                HeadColumn Measured(string measure) => own.TryGetValue(measure, out var known) ? known
                    : own[measure] = table?.Features.Contains(measure) == true ? table.Column(measure).Named($"by {measure}")
                    : PruningOrders.By(measure, model.Checkpoint, measured, threads, parsed.GetValue(seed), measure == "ablation" ? progress
                        : null, cancellation);
                HeadColumn Order(string name)
                {
                    if (name != Predicted) return Measured(name);
                    var features = table ?? new LiveAttention(model.Checkpoint, ((ITextTask)measured.AsTask()).Texts)
                        .Extract(cancellation: cancellation);
                    return PruningOrders.ByFeatures(features, Measured(parsed.GetValue(predict)!), parsed.GetValue(columns) is { } list
                        ? Names.Of(list) : null, parsed.GetValue(byLayer) ? HeadFolds.ByLayer : HeadFolds.Random, parsed.GetValue(seed));
                }
                study = PruningStudy.Run(model.Checkpoint, test, [.. named.Select(Order)],
                    new PruningOptions(parsed.GetValue(steps), parsed.GetValue(random), parsed.GetValue(seed), threads), progress,
                        cancellation);
            }
            PruningCsv.Write(study, parsed.GetValue(file)!, parsed.GetValue(seed));
            if (parsed.GetValue(json) is { } figures)
                PruningFigures.Of(study, model.Checkpoint.Name, asked.Name, grid, measured.Count, test.Count).Write(figures);
            output.WriteLine(
                $"{parsed.GetValue(file)}: {asked.Name}; importance measured on {measured.Count} items, curves on {test.Count} others; "
                    + $"{grid} heads removed in {study.Curves[0].Removed.Count - 1} steps, {study.Random.Count} random orders");
            foreach (string line in PruneReport.Lines(study)) output.WriteLine(line);
        });
        return command;
    }

    private static (TaskPart Measured, TaskPart Test) Parts(ITextTask task)
    {
        var (learnt, tested) = CalibrationData.Held(task.Count);
        if (tested.Length < 2)
            throw new InputException($"task \"{task.Name}\"", null, $"has {task.Count} items, of which two in five are tested on",
                "Give six at least: an interval needs two");
        return (TaskPart.Of(task, learnt), TaskPart.Of(task, tested));
    }

    private static HeadTable? Table(string? file, AskedModel model)
    {
        if (file is null) return null;
        var table = HeadTable.Read(file);
        model.RequireOwn(file, table.Grid, table.From);
        return table;
    }
}
