using System.CommandLine;
using System.Globalization;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn calibrate</c>: learns how to set the heads, and tells what that is worth beside every control.</summary>
internal static class CalibrateVerb
{
    private static readonly (string Name, CalibrationArm Arm)[] _tyings =
    [
        ("one", CalibrationArm.OneSet), ("cluster", CalibrationArm.ByCluster),
        ("features", CalibrationArm.ByFeatures), ("head", CalibrationArm.PerHead),
    ];
    private static readonly (string Name, CalibrationParts Part)[] _parts =
    [
        ("temperature", CalibrationParts.Temperature), ("gate", CalibrationParts.Gate), ("special", CalibrationParts.SpecialBias), ("gaussian", CalibrationParts.Gaussian), ("buckets", CalibrationParts.Buckets),
    ];

    public static Command Create(TextWriter output, TextWriter error)
    {
        var tasks = new CalibrationTasks();
        var clusters = new Option<string>("--clusters") { Description = "What attn cluster wrote: layer,head,cluster,name.", HelpName = "clusters.csv", Required = true };
        var tying = new Option<string>("--tying") { Description = "Which of the calibrations is written: one set for all heads, one per cluster, heads set by their features, or one set per head. All are measured.", HelpName = string.Join('|', _tyings.Select(t => t.Name)), DefaultValueFactory = _ => "features" };
        var parts = new Option<string>("--parts") { Description = "What of a head is calibrated, comma-separated.", HelpName = string.Join(',', _parts.Select(p => p.Name)), DefaultValueFactory = _ => "temperature,gate,special,gaussian" };
        var seeds = new Option<int>("--seeds") { Description = "How many seeds; each has its own split, masking, order, shuffled features and random clusters.", HelpName = "N", DefaultValueFactory = _ => 5 };
        var seed = new Option<int>("--seed") { Description = "The first of them; its calibration is written.", HelpName = "S", DefaultValueFactory = _ => 0 };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the items at most; it stops when dev gets no better.", HelpName = "N", DefaultValueFactory = _ => 10 };
        var rate = new Option<double>("--rate") { Description = "Learning rate of a calibration.", HelpName = "R", DefaultValueFactory = _ => 0.02 };
        var noFull = new Option<bool>("--no-full") { Description = "Leave out the upper reference, for which all weights are trained." };
        var fullRate = new Option<double>("--full-rate") { Description = "Learning rate of all weights.", HelpName = "R", DefaultValueFactory = _ => 1e-4 };
        var report = new Option<string?>("--report") { Description = "Also write arm,kind,parameters,seed,loss,accuracy.", HelpName = "F.csv" };
        var json = new Option<string?>("--json") { Description = "Also write all figures: model, task, sizes, arms, comparisons with intervals and p-values. A notebook reads and draws them (ExperimentFigures.Read).", HelpName = "F.json" };
        var file = new Option<string>("--out") { Description = "The calibration.", HelpName = "calibration.json", Required = true };
        tying.AcceptOnlyFromAmong([.. _tyings.Select(t => t.Name)]);
        var command = new Command("calibrate", "Learns how to set the heads (temperature, prior over the offset, bias of [CLS] and [SEP], gate) with BERT frozen, and compares four ways to tie them with every control on held-out items.");
        tasks.AddTo(command);
        foreach (var option in new Option[] { clusters, tying, parts, seeds, seed, epochs, rate, noFull, fullRate, report, json, file }) command.Add(option);
        seeds.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--seeds must be at least 1."); });
        epochs.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 1) r.AddError("--epochs must be at least 1."); });
        parts.Validators.Add(r => { if (Names(r.GetValueOrDefault<string>()).FirstOrDefault(n => _parts.All(p => p.Name != n)) is { } unknown) r.AddError($"--parts knows no {unknown}."); else if (Names(r.GetValueOrDefault<string>()).Length == 0) r.AddError("--parts names nothing."); });
        command.SetWork((parsed, cancellation) =>
        {
            using var opened = tasks.Open(parsed, error);
            var grid = opened.Model.Config.Grid;
            var groups = HeadGroups.Read(parsed.GetValue(clusters)!, grid);
            int[] labels = [.. grid.All().Select(h => groups.ToList().FindIndex(g => g.Heads.Contains(h)))];
            var how = new CalibrationOptions(Names(parsed.GetValue(parts)!).Aggregate(default(CalibrationParts), (all, n) => all | _parts.First(p => p.Name == n).Part), parsed.GetValue(epochs), parsed.GetValue(rate));
            how.Check();
            var options = new ExperimentOptions(how, parsed.GetValue(seeds), parsed.GetValue(seed), !parsed.GetValue(noFull), parsed.GetValue(fullRate), opened.Weights, Environment.ProcessorCount);
            CalibrationExperiment experiment;
            using (var line = new Told(error)) experiment = CalibrationExperiment.Run(opened.Model, opened.Data, opened.Features(), labels, options, line, cancellation);
            var chosen = experiment[_tyings.First(t => t.Name == parsed.GetValue(tying)).Arm];
            chosen.Calibrations[0].Write(parsed.GetValue(file)!);
            if (chosen.Calibrations[0].IsIdentity)
                error.WriteLine($"attn: {parsed.GetValue(file)} changes no head: with seed {options.FirstSeed}, "
                    + "nothing that was learnt did better on dev than the model as it is.");
            if (parsed.GetValue(report) is { } csv) AtomicFile.WriteText(csv, CalibrationReport.Csv(experiment, options.FirstSeed));
            if (parsed.GetValue(json) is { } figures) ExperimentFigures.Of(experiment, opened.Model.Name, opened.Name, grid, opened.Count, options).Write(figures);
            output.WriteLine($"{parsed.GetValue(file)}: {chosen.Name}, seed {options.FirstSeed}; {opened.Name}, {experiment.TestItems} of {opened.Count} items held out for the test, {experiment.Seeds} {(experiment.Seeds == 1 ? "seed" : "seeds")}");
            foreach (string text in CalibrationReport.Lines(experiment)) output.WriteLine(text);
        });
        return command;
    }

    private static string[] Names(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private sealed class Told(TextWriter error) : IProgress<(string What, double Share)>, IDisposable
    {
        private readonly StatusLine _line = new(error);

        public void Report((string What, double Share) value) => _line.Show(() => string.Create(CultureInfo.InvariantCulture, $"{value.Share:P0} done, {value.What}"));

        public void Dispose() => _line.Dispose();
    }
}
