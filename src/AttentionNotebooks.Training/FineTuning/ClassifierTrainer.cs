using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>
/// Fine-tunes a BERT to predict the classes of texts or pairs: a classifier upon its pooler, and all weights (or the head
/// alone) learn by AdamW with a linear schedule. The same seed gives the same weights.
/// </summary>
/// <remarks>Devlin et al. (2019), section 4.1 and appendix A.3.</remarks>
public sealed class ClassifierTrainer
{
    private readonly Checkpoint _start;
    private readonly FineTuningOptions _options;

    /// <summary>Prepares fine-tuning.</summary>
    /// <param name="start">The BERT to start from; not changed. A pooler that it lacks is started anew.</param>
    /// <param name="options">How to learn.</param>
    /// <exception cref="InputException">An option is outside what it can be.</exception>
    public ClassifierTrainer(Checkpoint start, FineTuningOptions? options = null)
    {
        _options = options ?? new FineTuningOptions();
        _options.Check();
        _start = start;
    }

    /// <summary>Learns, and takes the epoch that did best on texts it did not learn from.</summary>
    /// <param name="train">The texts to learn from.</param>
    /// <param name="dev">Texts that the epoch is chosen by: the figure on them flatters a little, the more the more epochs there
    /// are.</param>
    /// <param name="metric">What chooses the epoch.</param>
    /// <param name="progress">Receives a report about once a second, and one for every epoch.</param>
    /// <param name="cancellation">Stops between two steps; nothing is kept.</param>
    /// <returns>The model, on the CPU, which the caller owns, and what was done.</returns>
    /// <exception cref="InputException">The model is no BERT, the texts have other classes than each other, there is no text, F1 is asked
    /// of more than two classes, or a loss is NaN or infinite; the message names the step.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public (ClassifierCheckpoint Model, FineTuningReport Report) Run(LabelledTexts train, LabelledTexts dev, ClassificationMetric metric,
        IProgress<FineTuningProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (train.Items.Count == 0 || dev.Items.Count == 0)
            throw new InputException("texts", null, "the list is empty", "Give at least one to learn from and one to be measured on");
        if (!train.Labels.SequenceEqual(dev.Labels))
            throw new InputException("labels", null, "differ between the texts to learn from and the others",
                "Read the others with the labels of the first");
        if (metric == ClassificationMetric.F1 && train.Labels.Count != 2)
            throw new InputException("metric F1", null, $"is of one class of two, and there are {train.Labels.Count}",
                "Take accuracy or Matthews' correlation");
        int threadsBefore = get_num_threads();
        var model = ClassifierCheckpoint.Create(_start, train.Labels, _options.Seed);
        try
        {
            using var run = new FineTuningRun(model, train, dev, metric, _options);
            return (model, run.Train(model.Model, progress, cancellation));
        }
        catch
        {
            model.Dispose();
            throw;
        }
        finally
        {
            set_num_threads(threadsBefore);
        }
    }
}
