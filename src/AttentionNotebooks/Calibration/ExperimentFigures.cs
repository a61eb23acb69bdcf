using System.Globalization;

namespace AttentionNotebooks;

/// <summary>One row of an experiment in figures.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Parameters">How many numbers are learnt.</param>
/// <param name="Losses">Mean loss of a test question, in nats, one per seed.</param>
/// <param name="Accuracies">Share of test questions answered right, one per seed.</param>
public sealed record ArmFigures(string Name, ArmKind Kind, int Parameters, IReadOnlyList<double> Losses, IReadOnlyList<double> Accuracies)
{
    /// <summary>Mean loss over the seeds, in nats.</summary>
    public double Loss => Losses.Average();

    /// <summary>Mean accuracy over the seeds.</summary>
    public double Accuracy => Accuracies.Average();
}

/// <summary>
/// All figures of an experiment without its items and calibrations: what <c>attn calibrate --json</c> writes, and what a chart
/// and a sentence need.
/// </summary>
/// <param name="Model">What the model is called.</param>
/// <param name="Task">What the task is called.</param>
/// <param name="Grid">The model's heads.</param>
/// <param name="Items">How many items there were.</param>
/// <param name="TestItems">How many of them were tested on; the rest is learnt from and stopped by.</param>
/// <param name="Seeds">Over how many seeds.</param>
/// <param name="FirstSeed">The first of them.</param>
/// <param name="Parts">What of a head was calibrated.</param>
/// <param name="Epochs">Passes over the items at most.</param>
/// <param name="Rate">Learning rate of a calibration.</param>
/// <param name="FullRate">Learning rate of all weights; <see langword="null"/> where they were not trained.</param>
/// <param name="Arms">The rows; the first is the model as it is.</param>
/// <param name="Comparisons">Each row with the first, and each way to tie heads with its controls.</param>
/// <param name="Holm">Per comparison, the p-value of the loss, adjusted for all of them (Holm 1979).</param>
public sealed record ExperimentFigures(string Model, string Task, HeadGrid Grid, int Items, int TestItems, int Seeds, int FirstSeed,
    CalibrationParts Parts, int Epochs, double Rate, double? FullRate,
    IReadOnlyList<ArmFigures> Arms, IReadOnlyList<PairedComparison> Comparisons, IReadOnlyList<double> Holm)
{

    /// <summary>The figures of an experiment.</summary>
    /// <param name="model">What the model is called.</param>
    /// <param name="task">What the task is called.</param>
    /// <param name="grid">The model's heads.</param>
    /// <param name="items">How many items there were.</param>
    /// <param name="options">How it was run.</param>
    public static ExperimentFigures Of(CalibrationExperiment experiment, string model, string task, HeadGrid grid, int items,
        ExperimentOptions options) =>
        new(model, task, grid, items, experiment.TestItems, experiment.Seeds, options.FirstSeed, options.Options.Parts,
            options.Options.Epochs, options.Options.Rate, options.FullTuning ? options.FullRate : null,
            [.. experiment.Arms.Select(a => new ArmFigures(a.Name, a.Kind, a.Parameters, [.. a.Scores.Select(s => s.Loss)],
                [.. a.Scores.Select(s => s.Accuracy.Value)]))], experiment.Comparisons, experiment.Holm);

    /// <summary>The comparison of a row with the model as it is.</summary>
    /// <param name="arm">The row; not the model as it is.</param>
    public PairedComparison Gain(ArmFigures arm) => Comparisons.First(c => c.First == arm.Name && c.Second == Arms[0].Name);

    /// <summary>
    /// In how many seeds a row changed the model at all: its loss is not that of the untouched model. In the others nothing that was
    /// learnt did better on dev, and the model was kept as it is.
    /// </summary>
    /// <param name="arm">The row.</param>
    public int SeedsMoved(ArmFigures arm) => ExperimentArm.Moved(arm.Losses, Arms[0].Losses);

    /// <summary>A sentence for each row that did not move in every seed (<see cref="SeedsMoved"/>).</summary>
    public IEnumerable<string> Unmoved() =>
        Arms.Skip(1).Select(a => ExperimentArm.Unmoved(a.Name, SeedsMoved(a), Seeds)).OfType<string>();

    /// <summary>Writes the figures.</summary>
    /// <param name="file">The file; it holds all of them or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file) => AtomicFile.WriteText(file, ExperimentFile.ToJson(this));

    /// <summary>Reads what <c>attn calibrate --json</c> wrote.</summary>
    /// <exception cref="InputException">It cannot be read, is no such file, lacks a figure, or holds one that cannot be.</exception>
    public static ExperimentFigures Read(string file) => ExperimentFile.Read(file);

    /// <summary>What the comparisons say, each in a sentence with its interval and p, and nothing that they do not show.</summary>
    public IEnumerable<string> Sentences() => Comparisons.Zip(Holm, (c, holm) => string.Create(CultureInfo.InvariantCulture,
        $"{c.First} against {c.Second}: {c.Loss:+0.0000;−0.0000;0} nats a question [{c.LossInterval.Low:+0.0000;−0.0000;0}, "
            + $"{c.LossInterval.High:+0.0000;−0.0000;0}], p = {c.LossPValue:0.0000}, Holm {holm:0.000}; less loss in "
            + $"{c.SeedsWithLessLoss} of {c.Seeds} seeds: {Verdict(c, holm)}"));

    // Sure is what stands after the adjustment for all comparisons, and whose interval says the same.
    private static string Verdict(PairedComparison c, double holm)
    {
        bool apart = c.LossInterval.High < 0 || c.LossInterval.Low > 0;
        string which = c.Loss < 0 ? "less loss" : "more loss";
        return holm < LeastPValue.Level && apart ? which : c.LossPValue < LeastPValue.Level || apart ? $"{which}, but that is not sure"
            : "no difference that these items can show";
    }
}
