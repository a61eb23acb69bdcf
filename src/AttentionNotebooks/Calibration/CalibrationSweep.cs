namespace AttentionNotebooks;

/// <summary>What a sweep sets.</summary>
/// <param name="Prior">Centre and width of the prior whose strength is set.</param>
/// <param name="Temperatures">The temperatures to set, at least one.</param>
/// <param name="Strengths">The strengths to set, in nats, at least one.</param>
/// <param name="Features">The features to compute.</param>
/// <param name="Threads">
/// How many passes of the task run at once, each on one thread; the layers below the head are run once.
/// </param>
public sealed record SweepOptions(Head Head, GaussianPrior Prior, IReadOnlyList<double> Temperatures, IReadOnlyList<double> Strengths,
    IReadOnlyList<HeadFeature> Features, int Threads = 1);

/// <summary>One state of a head in a sweep.</summary>
/// <param name="Map">Its map of the text that is shown, <c>[queries, keys]</c>.</param>
/// <param name="Features">Its features, in the sweep's order.</param>
/// <param name="Loss">The task's mean loss of a target with it, in nats.</param>
public sealed record SweepState(HeadCalibration Setting, float[,] Map, double[] Features, double Loss);

/// <summary>
/// A head at every combination of some temperatures and some strengths of a prior, with its features and a task's loss: all that a
/// picture with two sliders needs.
/// </summary>
/// <param name="Tokens">The tokens of the text that is shown.</param>
/// <param name="Prior">The prior whose strength is set.</param>
/// <param name="Temperatures">τ of each row.</param>
/// <param name="Strengths">The strength of each column, in nats.</param>
/// <param name="Features">The features that were computed.</param>
/// <param name="States"><c>[temperature][strength]</c>.</param>
/// <param name="Untouched">The task's loss with the head as it is.</param>
public sealed record CalibrationSweep(Head Head, IReadOnlyList<string> Tokens, GaussianPrior Prior, IReadOnlyList<double> Temperatures,
    IReadOnlyList<double> Strengths, IReadOnlyList<HeadFeature> Features, IReadOnlyList<IReadOnlyList<SweepState>> States, double Untouched)
{
    /// <summary>Sets the head to every combination.</summary>
    /// <param name="bert">The model.</param>
    /// <param name="texts">The texts that features are computed on; the first is shown.</param>
    /// <param name="task">The task whose loss is measured.</param>
    /// <param name="options">What is set.</param>
    /// <exception cref="InputException">
    /// There is no text, head, temperature or strength, or a feature cannot be computed.
    /// </exception>
    public static CalibrationSweep Run(CalibratedBert bert, IReadOnlyList<string> texts, IModelTask task, SweepOptions options)
    {
        var (head, prior, temperatures, strengths, features, threads) = options;
        if (temperatures.Count == 0 || strengths.Count == 0)
            throw new InputException("temperatures or strengths", null, "the list is empty",
                "Give one temperature and one strength at least");
        using var scores = HeadScores.Compute(bert, texts, head);
        HeadCalibration[] settings = [.. temperatures.SelectMany(t => strengths.Select(s =>
            new HeadCalibration(t) { Priors = s == 0 ? [] : [prior with { Strength = s }] }))];
        // Under every state the other heads stay as they are; only what the head changes is run anew.
        var others = bert.Model.With(bert.Calibration.With(head, HeadCalibration.Identity));
        ModelEdit Edit(HeadCalibration setting)
        {
            var alone = ModelCalibration.Identity(bert.Calibration.Grid).With(head, setting);
            var hooks = bert.Model.With(alone).Hooks ?? new AttentionHooks();
            return new ModelEdit(head.Layer, resume => hooks.Then(new AttentionHooks { Resume = resume }));
        }
        var (_, after) = EditedScores.Run(task, [.. settings.Select(Edit)], threads, under: others.Hooks);
        SweepState State(HeadCalibration setting, TaskScores scored) =>
            new(setting, scores.Map(0, setting), [.. features.Select(f => scores.Feature(f, setting))], scored.Loss);
        SweepState[] states = [.. settings.Zip(after, State)];
        return new CalibrationSweep(
            head, scores.Texts[0].Tokens!, prior, temperatures, strengths, features, [.. states.Chunk(strengths.Count)],
            bert.Score(task).Loss);
    }
}
