using AttentionNotebooks.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>How a calibration is learnt.</summary>
/// <param name="Parts">What of a head is calibrated.</param>
/// <param name="Epochs">Passes over the items at most.</param>
/// <param name="Rate">Learning rate of Adam.</param>
/// <param name="Patience">Passes without a better loss on dev after which it ends.</param>
/// <param name="Seed">Decides the order of the batches.</param>
/// <param name="PriorWidth">The width that a prior begins with, in tokens.</param>
public sealed record CalibrationOptions(CalibrationParts Parts = CalibrationParts.Standard, int Epochs = 20, double Rate = 0.02,
    int Patience = 3, int Seed = 0, double PriorWidth = 3)
{
    /// <summary>Refuses what nothing can be learnt with.</summary>
    /// <exception cref="InputException">A number is out of range.</exception>
    public void Check()
    {
        void Require(bool holds, string name, string problem)
        {
            if (!holds)
                throw new InputException(name, null, problem, "Choose another value");
        }
        Require(Parts != 0, "parts", "name nothing to calibrate");
        Require(Epochs >= 0, "epochs", "are below 0");
        Require(Rate > 0 && double.IsFinite(Rate), "rate", "is not above 0");
        Require(Patience >= 1, "patience", "is below 1");
        Require(PriorWidth >= GaussianPrior.SmallestWidth && PriorWidth <= HeadCalibration.Largest, "prior width", "is no width");
    }
}

/// <summary>One pass over the items.</summary>
/// <param name="Number">From 1; 0 is before the first.</param>
/// <param name="TrainLoss">Mean loss of a question during the pass, in nats; NaN before the first.</param>
/// <param name="DevLoss">Mean loss of a question on dev after it, in nats.</param>
internal readonly record struct TrainingEpoch(int Number, double TrainLoss, double DevLoss);

/// <summary>What was learnt.</summary>
/// <param name="Calibration">The settings with the least loss on dev.</param>
/// <param name="Parameters">How many numbers were learnt.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Epochs">The passes, with the state before the first.</param>
internal sealed record CalibrationFit(ModelCalibration Calibration, int Parameters, int Steps, IReadOnlyList<TrainingEpoch> Epochs)
{
    /// <summary>The pass that the calibration is from; 0 where nothing was better than leaving the heads as they are.</summary>
    public TrainingEpoch Best => Epochs.MinBy(e => e.DevLoss);
}

/// <summary>
/// Learns a calibration from a task. BERT stays frozen: Adam changes the few numbers of the calibration alone, and the model's own
/// gradients are neither computed nor touched. The start
/// is the model as it is, and the result is the pass with the least loss on dev, the start included.
/// </summary>
internal static class CalibrationTrainer
{
    /// <summary>Learns.</summary>
    /// <param name="model">The model that the task asks; its weights stay as they are.</param>
    /// <param name="train">The items to learn from.</param>
    /// <param name="dev">The items to stop by.</param>
    /// <param name="tying">Which heads share parameters.</param>
    /// <param name="options">How to learn.</param>
    /// <param name="start">A calibration to begin from, which what is learnt is put on top of; none unless given.</param>
    /// <param name="progress">Reports after each pass.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">An option is out of range, the tying or the start is for other heads, or a loss is NaN or infinite
    /// or a setting too large to be used; the message names the step.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationFit Fit(Checkpoint model, TaskPart train, TaskPart dev, Tying tying, CalibrationOptions? options = null,
        ModelCalibration? start = null,
        IProgress<TrainingEpoch>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new CalibrationOptions();
        options.Check();
        var grid = model.Config.Grid;
        if (tying.Design.Count != grid.Count)
            throw new InputException($"tying {tying.Name}", null, $"is for {tying.Design.Count} heads, and the model has {grid.Count}",
                "Take features or clusters of this model");
        var before = model.With(start ?? ModelCalibration.Identity(grid));
        var layout = new ParameterLayout(options.Parts, options.PriorWidth);
        using var scope = NewDisposeScope();
        var device = model.Model.Device;
        var design = tensor(tying.Design.SelectMany(r => r).Select(v => (float)v).ToArray(), [grid.Count, tying.Sets], device: device);
        var phi = zeros(tying.Sets, layout.Count, device: device).requires_grad_();
        AttentionHooks Hooks(Tensor theta)
        {
            var learned = CalibrationHooks.Of(new LearnedSettings(theta, layout, grid.Heads), model.Tokenizer);
            return before.Hooks?.Then(learned) ?? learned;
        }
        double Dev()
        {
            using var noGradients = no_grad();
            using var own = NewDisposeScope();
            return dev.AnyLoss(Hooks(design.matmul(phi)), cancellation);
        }
        using var adam = new ListAdam([phi], options.Rate);
        string who = $"calibration \"{tying.Name}\"";
        var epochs = new List<TrainingEpoch> { new(0, double.NaN, LossGuard.Before(who, Dev())) };
        var best = phi.Floats();
        double least = epochs[0].DevLoss;
        int steps = 0, bestStep = 0;
        for (int epoch = 1, idle = 0; epoch <= options.Epochs && idle < options.Patience; epoch++)
        {
            double loss = Descend(who, train, options.Seed, epoch, () => Hooks(design.matmul(phi)),
                l => adam.Step([autograd.grad([l], [phi])[0]]), cancellation, ref steps);
            epochs.Add(new TrainingEpoch(epoch, loss, LossGuard.After(who, steps, Dev())));
            progress?.Report(epochs[^1]);
            bool better = epochs[^1].DevLoss < least;
            if (better) (best, least, bestStep) = (phi.Floats(), epochs[^1].DevLoss, steps);
            idle = better ? 0 : idle + 1;
        }
        ModelCalibration learnt;
        try { learnt = (start ?? ModelCalibration.Identity(grid)).Then(Settings(grid, tying, layout, best)); }
        catch (InputException e) { throw new InputException(who, $"after step {bestStep}, {e.Place}", e.Problem, LossGuard.Slower, e); }
        return new CalibrationFit(learnt, tying.Sets * layout.Count, steps, epochs);
    }

    /// <summary>One pass over the items in an order of its own.</summary>
    /// <param name="who">What learns, for the error.</param>
    /// <param name="train">The items.</param>
    /// <param name="seed">Decides the order, with the pass' number.</param>
    /// <param name="epoch">The pass' number.</param>
    /// <param name="hooks">Makes the edits of a batch, inside its scope.</param>
    /// <param name="step">Takes a step down the loss of a batch's questions, inside its scope.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="steps">Counted on.</param>
    /// <returns>The mean loss of a question.</returns>
    /// <exception cref="InputException">A loss is NaN or infinite; its step is not taken.</exception>
    internal static double Descend(string who, TaskPart train, int seed, int epoch, Func<AttentionHooks?> hooks, Action<Tensor> step,
        CancellationToken cancellation, ref int steps)
    {
        int[][] order = [.. train.Batches];
        new Random(unchecked(seed * 7919 + epoch)).Shuffle(order);
        double sum = 0, questions = 0;
        foreach (int[] batch in order)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var answers = train.Task.Evaluate(batch, hooks());
            var (loss, asked) = (answers.Loss.sum(), answers.Targets.sum());
            sum += LossGuard.At(who, ++steps, loss.Value<float>());
            questions += asked.Value<float>();
            step(loss.div(asked));
        }
        return sum / questions;
    }

    private static ModelCalibration Settings(HeadGrid grid, Tying tying, ParameterLayout layout, float[] phi)
    {
        var theta = new double[layout.Count];
        return new ModelCalibration(grid, [.. tying.Design.Select(row =>
        {
            for (int p = 0; p < theta.Length; p++)
            {
                theta[p] = 0;
                for (int s = 0; s < row.Length; s++) theta[p] += row[s] * phi[s * theta.Length + p];
            }
            return theta.All(v => v == 0) ? HeadCalibration.Identity : layout.Setting(theta);
        })]);
    }
}
