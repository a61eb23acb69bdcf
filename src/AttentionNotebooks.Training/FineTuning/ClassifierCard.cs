using System.Globalization;
using System.Text;

namespace AttentionNotebooks.Training;

/// <summary>The README.md beside a fine-tuned model: what it was tuned on, how, and what was measured against what.</summary>
public static class ClassifierCard
{
    /// <summary>Writes the card into a checkpoint folder.</summary>
    /// <param name="startedFrom">What the model that was fine-tuned is called.</param>
    /// <param name="labels">The classes' names.</param>
    /// <param name="report">What was done.</param>
    /// <param name="measured">For each file that was measured on its name, how many texts it has, and the figures.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public static void Write(string folder, SentenceTask task, string startedFrom, IReadOnlyList<string> labels, FineTuningReport report,
        IReadOnlyList<(string File, IReadOnlyList<ClassifierFigures> Figures)> measured)
    {
        var o = report.Options;
        var text = new StringBuilder(Invariant($"""
            # {startedFrom}, fine-tuned on {task.Name}

            A model with a classifier of {labels.Count} classes ({string.Join(", ",
                labels.Take(10))}) in Hugging Face's layout, made to study attention heads.

            ## Fine-tuning

            - {report.Texts:N0} {(task.IsPairs ? "pairs" : "texts")}{(report.Cut > 0
                ? Invariant($", {report.Cut:N0} of them cut to {o.MaxLength} tokens")
                : "")}; {report.Steps:N0} steps, {report.Tokens:N0} tokens, seed {o.Seed}.
            - {(o.FrozenEncoder ? "Pooler and classifier alone learnt; the encoder is that of the model it started from."
                : "All weights learnt.")} AdamW (0.9, 0.98; decay {o.WeightDecay} on matrices), learning rate {o.LearningRate} with {o
                .Warmup:P0} warm-up, then linear to 0; {o.Replicas} × {o.TokensPerBatch} tokens a step at most; gradients clipped at {o
                .ClipNorm}; dropout {o.Dropout} before the classifier and none elsewhere; the layers computed in {(o.Precision
                    == AttentionNotebooks.Precision.Bf16 ? "bfloat16" : "float32")}.
            - Epoch {report.BestEpoch} of {o.Epochs} was taken, the best by {Name(report.Metric)} on the development texts:

            | epoch | loss while learning | development loss | {Name(report.Metric)} |
            |---|---|---|---|

            """));
        foreach (var e in report.Course)
            text.Append(Invariant($"| {e.Epoch} | {e.TrainLoss:F3} | {e.DevLoss:F3} | {e.Dev.Value(report.Metric):F3} |\n"));
        text.Append("\n## Measured\n");
        foreach (var (file, figures) in measured) text.Append(Section(file, labels.Count, report.Metric, figures));
        text.Append(
            "\nIntervals: 95 %, texts drawn with replacement. The epoch was chosen on the development texts, which flatters the figures "
                + "on them.\n");
        AtomicFile.WriteText(Path.Combine(folder, "README.md"), text.ToString().ReplaceLineEndings("\n"));
    }

    /// <summary>A measure's name in a sentence.</summary>
    /// <param name="metric">The measure.</param>
    public static string Name(ClassificationMetric metric) => metric switch
    {
        ClassificationMetric.F1 => "F1",
        ClassificationMetric.Matthews => "Matthews' correlation",
        _ => "accuracy",
    };

    private static string Section(string file, int classes, ClassificationMetric metric, IReadOnlyList<ClassifierFigures> figures)
    {
        bool beside = metric != ClassificationMetric.Accuracy;
        var text =
            new StringBuilder(
                string.Create(CultureInfo.InvariantCulture,
                    $"\n`{file}`, {figures[0].Confusion.Items:N0} items of {classes} classes:\n\n| | {Name(metric)} (95 %) "
                        + $"|{(beside ? " accuracy |" : "")}\n|---|---|{(beside ? "---|" : "")}\n"));
        foreach (var f in figures)
            text.Append(Invariant($"| {f.Who} | {f.Value} |{(beside ? Invariant($" {f.Confusion.Accuracy.Value:F3} |") : "")}\n"));
        return text.ToString();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
