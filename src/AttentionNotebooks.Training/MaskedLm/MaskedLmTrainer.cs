using static TorchSharp.torch;

namespace AttentionNotebooks.Training;

/// <summary>
/// Trains a small BERT from nothing on masked words and pairs of segments: data-parallel replicas over shared weights
/// on the CPU, or one on a GPU; AdamW, a schedule in steps, and at every evaluation a folder in Hugging Face's layout
/// beside the state from which an interrupted run goes on.
/// </summary>
public sealed class MaskedLmTrainer
{
    private readonly TrainingCorpus corpus;
    private readonly TrainingOptions options;
    private readonly Checkpoint? start;

    /// <summary>Prepares a run.</summary>
    /// <param name="corpus">The texts.</param>
    /// <param name="options">The same options that the corpus was read with.</param>
    /// <param name="start">A BERT that goes on learning, with the sizes of the options and the corpus's tokenizer, instead of new weights;
    /// it must live until the run begins.</param>
    /// <exception cref="InputException">An option is outside what it can be, or the model to start from does not fit.</exception>
    public MaskedLmTrainer(TrainingCorpus corpus, TrainingOptions options, Checkpoint? start = null)
    {
        options.Check();
        if (start is not null) CheckStart(start, options);
        this.start = start;
        this.corpus = corpus;
        this.options = options;
    }

    /// <summary>Trains, and saves the folded model and the state at every evaluation; the state is removed after the last step.</summary>
    /// <param name="folder">Where the checkpoint goes.</param>
    /// <param name="resume">Whether to go on with an interrupted run of the same texts and options: its end is that of an uninterrupted
    /// one, byte for byte.</param>
    /// <param name="progress">Receives every report and evaluation.</param>
    /// <param name="saved">
    /// Receives what was done so far each time the folder has new weights; the last time at the end, when all steps are done and
    /// before the state is removed.
    /// </param>
    /// <param name="stopAt">Leaves after so many steps, from 1, with model and state in the folder; all unless given. The schedule is that
    /// of the whole run.</param>
    /// <param name="cancellation">Stops between two steps; the state of that step is saved first.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step to stop at is below 1.</exception>
    /// <exception cref="InputException">The folder cannot be written to, or there is no such run to go on with.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public TrainingReport Run(string folder, bool resume = false, IProgress<TrainingProgress>? progress = null,
        Action<TrainingReport>? saved = null, int? stopAt = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stopAt ?? 1, 1, nameof(stopAt));
        var report = Train(folder, resume, progress, saved, stopAt ?? options.Steps, cancellation);
        saved?.Invoke(report);
        // Not before: stopped while its results are measured and written, a run goes on from its last step.
        if (report.StepsDone == options.Steps) AtomicFile.Delete(TrainingState.PathIn(folder));
        return report;
    }

    private TrainingReport Train(string folder, bool resume, IProgress<TrainingProgress>? progress, Action<TrainingReport>? saved,
        int stopAt, CancellationToken cancellation)
    {
        int threadsBefore = get_num_threads();
        try
        {
            using var run = new TrainingRun(corpus, options, folder, start?.Model);
            return run.Train(resume, progress, saved, stopAt, cancellation);
        }
        finally
        {
            set_num_threads(threadsBefore);
        }
    }

    private static void CheckStart(Checkpoint start, TrainingOptions options)
    {
        if (!start.Config.Family.IsTrained || !start.HasMaskedLmHead)
            throw new InputException(start.Folder, null, "is not a BERT with a masked-LM head",
                "Start from one that is, such as data/demo-bert");
        if (options.Sized(start.Config) != options)
            throw new InputException(start.Folder, "config.json", "has other sizes than the options",
                "Leave the sizes out: they are the model's");
    }
}
