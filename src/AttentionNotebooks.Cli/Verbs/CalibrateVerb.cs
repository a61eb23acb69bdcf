using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Cli.Options;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn calibrate</c>: learns how to set the heads, and compares the gain with every control.</summary>
internal static class CalibrateVerb
{
    private const int TokensPerBatch = 512, TextsForFeatures = 400, LongestText = 128;
    private static readonly (string Name, CalibrationArm Arm)[] _tyings =
    [
        ("one", CalibrationArm.OneSet), ("cluster", CalibrationArm.ByCluster),
        ("features", CalibrationArm.ByFeatures), ("head", CalibrationArm.PerHead),
    ];
    private static readonly (string Name, CalibrationParts Part)[] _parts =
    [
        ("temperature", CalibrationParts.Temperature), ("gate", CalibrationParts.Gate), ("special", CalibrationParts.SpecialBias),
        ("gaussian", CalibrationParts.Gaussian), ("buckets", CalibrationParts.Buckets),
    ];

    public static Command Create(TextWriter output, TextWriter error)
    {
        var tasks = TaskOptions.ForLearning();
        var clusters = new Option<string>("--clusters")
        {
            Description = "The clusters that attn cluster wrote: layer,head,cluster,name.",
            HelpName = "clusters.csv",
            Required = true,
        };
        var heads = new Option<string>("--heads")
        {
            Description = "The head table that attn features wrote, for heads set by their features; by default the features are "
                + "computed from the items that are not tested on.",
            HelpName = "heads.csv",
        };
        var tying = new Option<string>("--tying")
        {
            Description = "Which calibration is written: one set for all heads, one per cluster, heads set by their features, or one "
                + "set per head. All are measured.",
            HelpName = string.Join('|', _tyings.Select(t => t.Name)),
            DefaultValueFactory = _ => "features",
        };
        var parts = new Option<string>("--parts")
        {
            Description = "What of a head is calibrated, comma-separated.",
            HelpName = string.Join(',', _parts.Select(p => p.Name)),
            DefaultValueFactory = _ => "temperature,gate,special,gaussian",
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "How many seeds. Each has its own split, masking, order, shuffled features and random clusters.",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "The first seed; its calibration is written.",
            HelpName = "S",
            DefaultValueFactory = _ => 0,
        };
        var epochs = new Option<int>("--epochs")
        {
            Description = "The most passes over the items; learning stops when dev gets no better.",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
        };
        var rate = new Option<double>("--rate")
        {
            Description = "Learning rate of a calibration.",
            HelpName = "R",
            DefaultValueFactory = _ => 0.02,
        };
        var noFull = new Option<bool>("--no-full") { Description = "Leave out the upper reference: all weights trained." };
        var fullRate = new Option<double>("--full-rate")
        {
            Description = "Learning rate of all weights.",
            HelpName = "R",
            DefaultValueFactory = _ => 1e-4,
        };
        var report = OutFile.Also("--report", "Also write arm,kind,parameters,seed,loss,accuracy.", "F.csv", OutFile.Csv);
        var json = OutFile.Also("--json", "Also write all figures: model, task, sizes, arms, comparisons with intervals and p-values. "
            + "In a notebook, ExperimentFigures.Read reads them.", "F.json", OutFile.Json);
        var file = new OutFile("The calibration.", "calibration.json", [OutFile.Json]);
        tying.AcceptOnlyFromAmong([.. _tyings.Select(t => t.Name)]);
        var command = new Command("calibrate", "Learns how to set the heads (temperature, prior over the offset, bias of [CLS] and "
            + "[SEP], gate) with BERT frozen, and compares four ways of sharing settings with every control on held-out items.");
        tasks.AddTo(command);
        Option[] own = [clusters, heads, tying, parts, seeds, seed, epochs, rate, noFull, fullRate, report, json, file];
        foreach (var option in own) command.Add(option);
        seeds.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--seeds must be at least 1."); });
        epochs.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--epochs must be at least 1."); });
        parts.Validators.Add(r =>
        {
            if (Names.Of(r.GetValueOrDefault<string>()).FirstOrDefault(n => _parts.All(p => p.Name != n)) is { } unknown)
                r.AddError($"--parts knows no {unknown}.");
            else if (Names.Of(r.GetValueOrDefault<string>()).Length == 0) r.AddError("--parts is empty.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            using var model = tasks.Load(parsed);
            var grid = model.Grid;
            string clusterFile = parsed.GetValue(clusters)!;
            var assigned = ClusterAssignment.Read(clusterFile, grid);
            model.RequireOwn(clusterFile, grid, assigned.From);
            var labels = assigned.Labels;
            var given = parsed.GetValue(heads) is { } table ? Table(table, model) : null;
            var task = tasks.Open(parsed, model, error, new VisitOptions(TokensPerBatch), LongestText);
            var calibrated = Names.Of(parsed.GetValue(parts))
                .Select(n => _parts.First(p => p.Name == n).Part).Aggregate((all, part) => all | part);
            var how = new CalibrationOptions(calibrated, parsed.GetValue(epochs), parsed.GetValue(rate));
            how.Check();
            var options = new ExperimentOptions(how, parsed.GetValue(seeds), parsed.GetValue(seed), !parsed.GetValue(noFull),
                parsed.GetValue(fullRate), Environment.ProcessorCount);
            CalibrationExperiment experiment;
            using (var line = new Progress(error))
                experiment = CalibrationExperiment.Run(model.Checkpoint, s => CalibrationData.Of(task.OfSeed(s), s),
                    given ?? Features(model.Checkpoint, task), labels, options, line, cancellation);
            var arm = experiment[_tyings.First(t => t.Name == parsed.GetValue(tying)).Arm];
            arm.Calibrations[0].Write(parsed.GetValue(file)!);
            if (arm.Calibrations[0].IsIdentity)
                error.WriteLine($"attn: {parsed.GetValue(file)} changes no head: with seed {options.FirstSeed}, no calibration that was "
                    + "learnt did better on dev than the model as it is.");
            if (parsed.GetValue(report) is { } csv) ExperimentCsv.Write(experiment, csv, options.FirstSeed);
            if (parsed.GetValue(json) is { } figures)
                ExperimentFigures.Of(experiment, model.Checkpoint.Name, task.Name, grid, task.Count, options).Write(figures);
            output.WriteLine($"{parsed.GetValue(file)}: {arm.Name}, seed {options.FirstSeed}; {task.Name}, {experiment.TestItems} of "
                + $"{task.Count} items held out for the test, {experiment.Seeds} {(experiment.Seeds == 1 ? "seed" : "seeds")}");
            foreach (string text in CalibrationReport.Lines(experiment)) output.WriteLine(text);
        });
        return command;
    }

    private static HeadTable Table(string file, AskedModel model)
    {
        var table = HeadTable.Read(file);
        const string Remedy = "Write it with attn features, of the same model";
        if (table.Grid != model.Grid)
            throw new InputException(file, null, $"is of {table.Grid} heads, and the model has {model.Grid}", Remedy);
        model.RequireOwn(file, table.Grid, table.From);
        return table;
    }

    // On texts of items that are never tested on.
    private static HeadTable Features(Checkpoint model, AskedTask task) =>
        new LiveAttention(model, [.. task.Learnt.Take(TextsForFeatures)]).Extract();

    private sealed class Progress(TextWriter error) : IProgress<(string What, double Share)>, IDisposable
    {
        private readonly StatusLine _line = new(error);

        public void Report((string What, double Share) value) =>
            _line.Show(() => string.Create(CultureInfo.InvariantCulture, $"{value.Share:P0} done, {value.What}"));

        public void Dispose() => _line.Dispose();
    }
}
