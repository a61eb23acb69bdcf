using AttentionNotebooks.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AttentionNotebooks;

/// <summary>What training all of the model gives: the upper reference of a calibration, which changes a few numbers.</summary>
/// <param name="Test">The scores on the test items.</param>
/// <param name="Parameters">How many numbers were trained: those that the task's loss depends on.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Epochs">The passes, with the state before the first.</param>
internal sealed record FullTuning(TaskScores Test, int Parameters, int Steps, IReadOnlyList<TrainingEpoch> Epochs)
{
    /// <summary>
    /// Trains all weights with Adam, stops by dev as a calibration does, scores the test items with the best pass' weights, and
    /// puts the model's own weights back.
    /// </summary>
    /// <param name="model">The model that the task asks, with its head.</param>
    /// <param name="train">The items to learn from.</param>
    /// <param name="dev">The items to stop by.</param>
    /// <param name="test">The items to score.</param>
    /// <param name="options">Epochs, rate, patience and seed; the rest is passed over.</param>
    /// <param name="progress">Reports after each pass.</param>
    /// <param name="cancellation">Stops the work; the weights are put back then too.</param>
    /// <exception cref="InputException">An option is out of range, or a loss is NaN or infinite; the weights are put back then
    /// too.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FullTuning Run(nn.Module model, TaskPart train, TaskPart dev, TaskPart test, CalibrationOptions options,
        IProgress<TrainingEpoch>? progress = null, CancellationToken cancellation = default)
    {
        options.Check();
        const string Who = "training of all weights";
        using var scope = NewDisposeScope();
        Parameter[] weights = [.. model.parameters()];
        var own = Copy(weights);
        try
        {
            using var adam = new ListAdam(weights, options.Rate);
            var epochs = new List<TrainingEpoch> { new(0, double.NaN, LossGuard.Before(Who, dev.AnyLoss(cancellation: cancellation))) };
            var (best, least) = (own, epochs[0].DevLoss);
            int steps = 0, trained = 0;
            for (int epoch = 1, idle = 0; epoch <= options.Epochs && idle < options.Patience; epoch++)
            {
                double loss = CalibrationTrainer.Descend(Who, train, options.Seed, epoch, () => null, l =>
                {
                    l.backward();
                    adam.Step([.. weights.Select(w => w.grad)]);
                    trained = (int)weights.Where(w => w.grad is not null).Sum(w => w.numel());
                    foreach (var weight in weights) weight.grad = null;
                }, cancellation, ref steps);
                epochs.Add(new TrainingEpoch(epoch, loss, LossGuard.After(Who, steps, dev.AnyLoss(cancellation: cancellation))));
                progress?.Report(epochs[^1]);
                bool better = epochs[^1].DevLoss < least;
                if (better)
                {
                    if (!ReferenceEquals(best, own)) foreach (var t in best) t.Dispose();
                    (best, least) = (Copy(weights), epochs[^1].DevLoss);
                }
                idle = better ? 0 : idle + 1;
            }
            Put(best, weights);
            return new FullTuning(test.Score(cancellation: cancellation), trained, steps, epochs);
        }
        finally
        {
            Put(own, weights);
        }
    }

    private static Tensor[] Copy(Parameter[] weights) => [.. weights.Select(w => w.detach().clone())];

    private static void Put(Tensor[] values, Parameter[] weights)
    {
        using var noGradients = no_grad();
        foreach (var (weight, value) in weights.Zip(values)) weight.copy_(value);
    }
}
