using System.CommandLine;
using System.Globalization;
using AttentionNotebooks.Training;
using TorchSharp;

namespace AttentionNotebooks.Cli.Verbs;

/// <summary><c>attn fine-tune</c>: a BERT learns to predict the classes of texts.</summary>
internal static class FineTuneVerb
{
    private static readonly FineTuningOptions Standard = new();

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = ModelOptions.Folder("The BERT to start from, a folder in Hugging Face layout.");
        var train = new Option<string>("--train")
        {
            Description = "Texts to learn from, tab-separated.",
            HelpName = "F.tsv",
            Required = true,
        };
        var dev = new Option<string>("--dev")
        {
            Description = "Texts to choose the best epoch with, and to measure the result on.",
            HelpName = "F.tsv",
            Required = true,
        };
        var test = new Option<string?>("--test")
        {
            Description = "More texts to measure the result on; nothing is chosen with them.",
            HelpName = "F.tsv",
        };
        var folder = new OutOption("Folder for the model.", "DIR");
        var task = new Option<string?>("--task")
        {
            Description = "GLUE's own files: cola, sst2, mrpc or rte. Otherwise name the columns.",
            HelpName = "NAME",
        };
        var columns = new LayoutOptions();
        var metric = new Option<string?>("--metric")
        {
            Description = "The measure that chooses the epoch: accuracy, f1 (of class 1 of two) or matthews. Default: the task's own, "
                + "or accuracy.",
            HelpName = "NAME",
        };
        var epochs = Whole("--epochs", "Passes over the texts.", Standard.Epochs);
        var patience = Whole("--patience", "Stop after N epochs without improvement; 0 never stops.", Standard.Patience);
        var rate = Number("--rate", "Highest learning rate. A BERT-base wants 2e-5 to 5e-5 (Devlin et al. 2019), the demo BERT "
            + "5e-4.", Standard.LearningRate);
        var dropout = Number("--dropout", "The share of the pooled states to drop before the classifier.", Standard.Dropout);
        var batch = Whole("--batch-tokens", "Tokens of one replica's batch.", Standard.TokensPerBatch);
        var replicas = Whole("--replicas", "Batches computed at once, one thread each, and one on cuda; changes the result.",
            Standard.Replicas);
        var maxLength = Whole("--max-length", "Cut longer texts to N tokens, special tokens included.", Standard.MaxLength);
        var seed = Whole("--seed", "Decides every random choice.", Standard.Seed);
        var limit = new LimitOption("texts of --train", labelled: true);
        var frozen = new Option<bool>("--frozen")
        {
            Description = "Train only pooler and classifier, to measure what the model knew already.",
        };
        var noControl = new Option<bool>("--no-control")
        {
            Description = "Leave out the control with shuffled labels, which takes as long again.",
        };
        var precision = ModelOptions.Precision("fp32", "bf16");
        var device = ModelOptions.Device();
        metric.AcceptOnlyFromAmong("accuracy", "f1", "matthews");
        var command = new Command("fine-tune", "Fine-tunes a BERT to predict the classes of texts or pairs, compares it with the "
            + "commonest class and with shuffled labels, and writes a Hugging Face folder.")
        {
            model, task, train, dev, test, folder, metric, epochs, patience, rate, dropout, batch, replicas, maxLength, seed, limit, frozen,
            noControl, precision, device,
        };
        columns.AddTo(command);
        command.Validators.Add(r =>
        {
            if (r.GetValue(task) is not null && columns.Named(r))
                r.AddError("--task names the columns already: leave out --text-column and --label-column.");
        });
        command.SetWork((parsed, cancellation) =>
        {
            bool gpu = parsed.GetValue(device) == "cuda";
            var options = Standard with
            {
                Epochs = parsed.GetValue(epochs),
                Patience = parsed.GetValue(patience),
                LearningRate = parsed.GetValue(rate),
                Dropout = parsed.GetValue(dropout),
                TokensPerBatch = parsed.GetValue(batch),
                Replicas = gpu && parsed.GetResult(replicas) is not { Implicit: false } ? 1 : parsed.GetValue(replicas),
                MaxLength = parsed.GetValue(maxLength),
                Seed = parsed.GetValue(seed),
                FrozenEncoder = parsed.GetValue(frozen),
                Precision = ModelOptions.Format(parsed.GetValue(precision)!),
                Device = gpu ? DeviceType.CUDA : DeviceType.CPU,
            };
            options.Check();
            var layout = parsed.GetValue(task) is { } name ? SentenceTask.Named(name) : columns.Of(parsed, parsed.GetValue(train)!);
            if (parsed.GetValue(metric) is { } measure)
                layout = layout with { Metric = Enum.Parse<ClassificationMetric>(measure, ignoreCase: true) };
            var all = LabelledTexts.Read(parsed.GetValue(train)!, layout);
            string[] measuredOn = parsed.GetValue(test) is { } more ? [parsed.GetValue(dev)!, more] : [parsed.GetValue(dev)!];
            var files = measuredOn.Select(f => (File: Path.GetFileName(f), Texts: LabelledTexts.Read(f, layout, all.Labels))).ToArray();
            Work(parsed.GetValue(model)!, layout, all.Evenly(limit.Of(parsed)), files, options,
                !parsed.GetValue(noControl), parsed.GetValue(folder)!, output, error, cancellation);
        });
        return command;
    }

    private static void Work(string start, SentenceTask task, LabelledTexts train, (string File, LabelledTexts Texts)[] files,
        FineTuningOptions options, bool withControl, string folder, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var checkpoint = Checkpoint.Load(start);
        var trainer = new ClassifierTrainer(checkpoint, options);
        var (model, report) = trainer.Run(train, files[0].Texts, task.Metric, new Lines(error, task.Metric, ""), cancellation);
        using var tuned = model;
        // Before anything is written: a folder with a model has a card with its control.
        using var control = withControl ? trainer.Run(train.ShuffledLabels(options.Seed), files[0].Texts, task.Metric,
            new Lines(error, task.Metric, "shuffled labels, "), cancellation).Model : null;
        tuned.Save(folder);
        using var saved = ClassifierCheckpoint.Load(folder);
        IReadOnlyList<ClassifierFigures> Measure(LabelledTexts texts) =>
            [.. Figures(task, train, texts, saved, control, options.MaxLength)];
        var measured = files.Select(f => (f.File, Measure(f.Texts))).ToArray();
        ClassifierCard.Write(folder, task, Path.GetFileName(Path.TrimEndingDirectorySeparator(start)), saved.Labels, report, measured);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{folder}: {report.Texts:N0} "
            + $"{(task.IsPairs ? "pairs" : "texts")}, epoch {report.BestEpoch} of {options.Epochs}, {report.Seconds:F0} s, "
            + $"{report.TokensPerSecond:N0} tokens/s; {ClassifierCard.Name(task.Metric)} (95 %):"));
        foreach (var (file, figures) in measured)
        {
            output.WriteLine($"  {file}, {figures[0].Confusion.Items} items");
            foreach (var f in figures) output.WriteLine($"    {f.Value}  {f.Who}");
        }
    }

    private static IEnumerable<ClassifierFigures> Figures(SentenceTask task, LabelledTexts train, LabelledTexts texts,
        ClassifierCheckpoint saved, ClassifierCheckpoint? control, int maxLength)
    {
        yield return ClassifierFigures.Of("this model, as saved", task.Metric, texts,
            new SentenceLabels(saved, texts, maxLength: maxLength).Predict());
        yield return ClassifierFigures.Majority(task.Metric, train, texts);
        if (control is not null)
            yield return ClassifierFigures.Of("the same learnt from shuffled labels", task.Metric, texts,
                new SentenceLabels(control, texts, maxLength: maxLength).Predict());
    }

    private static Option<int> Whole(string name, string description, int standard) =>
        new(name)
        {
            Description = $"{description} Default {standard.ToString(CultureInfo.InvariantCulture)}.",
            HelpName = "N",
            DefaultValueFactory = _ => standard
        };

    private static Option<double> Number(string name, string description, double standard) =>
        new(name)
        {
            Description = $"{description} Default {standard.ToString(CultureInfo.InvariantCulture)}.",
            HelpName = "X",
            DefaultValueFactory = _ => standard
        };

    // A line that is rewritten during learning, and a line that stays for every epoch.
    private sealed class Lines(TextWriter error, ClassificationMetric metric, string what) : IProgress<FineTuningProgress>
    {
        private readonly StatusLine _line = new(error);

        public void Report(FineTuningProgress p)
        {
            if (p.Finished is not { } e)
            {
                _line.Show(() => string.Create(CultureInfo.InvariantCulture, $"{what}epoch {p.Epoch}, step {p.Step}/{p.Steps}, loss "
                    + $"{p.Loss:F3}, {p.TokensPerSecond:F0} tokens/s, {StatusLine.Span(p.Remaining)} to go"));
                return;
            }
            _line.Dispose();
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}epoch {e.Epoch}: loss {e.TrainLoss:F3}, development "
                + $"loss {e.DevLoss:F3}, {ClassifierCard.Name(metric)} {e.Dev.Value(metric):F3}, accuracy {e.Dev.Accuracy.Value:F3}, "
                + $"{p.TokensPerSecond:F0} tokens/s"));
        }
    }
}
