namespace AttentionNotebooks;

/// <summary>One state of a head in a sweep.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Map">Its map of the text that is shown, <c>[queries, keys]</c>.</param>
/// <param name="Features">Its features, in the sweep's order.</param>
/// <param name="Loss">The task's mean loss of a question with it, in nats.</param>
public sealed record KnobState(HeadCalibration Setting, float[,] Map, double[] Features, double Loss);

/// <summary>What a head does and what the task says as its temperature and the strength of a prior are turned: everything that a picture with two sliders needs.</summary>
/// <param name="Head">The head.</param>
/// <param name="Tokens">The tokens of the text that is shown.</param>
/// <param name="Prior">The prior whose strength is turned.</param>
/// <param name="Temperatures">τ of each row.</param>
/// <param name="Strengths">The strength of each column, in nats.</param>
/// <param name="Features">The features that were computed.</param>
/// <param name="States"><c>[temperature][strength]</c>.</param>
/// <param name="Untouched">The task's loss with the head as it is.</param>
public sealed record KnobSweep(Head Head, IReadOnlyList<string> Tokens, GaussianPrior Prior, IReadOnlyList<double> Temperatures, IReadOnlyList<double> Strengths,
    IReadOnlyList<HeadFeature> Features, IReadOnlyList<IReadOnlyList<KnobState>> States, double Untouched)
{
    /// <summary>Turns the knobs.</summary>
    /// <param name="bert">The model.</param>
    /// <param name="texts">The texts that features are computed on; the first is shown.</param>
    /// <param name="task">What says whether a state is good.</param>
    /// <param name="head">The head.</param>
    /// <param name="prior">Centre and width of the prior.</param>
    /// <param name="temperatures">The temperatures to set.</param>
    /// <param name="strengths">The strengths to set, in nats.</param>
    /// <param name="features">The features to compute.</param>
    /// <param name="threads">How many passes of the task run at once, each on one thread; the layers below the head are run once.</param>
    /// <exception cref="InputException">There is no text or head, nothing to turn, or a feature cannot be computed.</exception>
    public static KnobSweep Of(CalibratedBert bert, IReadOnlyList<string> texts, IModelTask task, Head head, GaussianPrior prior, IReadOnlyList<double> temperatures, IReadOnlyList<double> strengths, IReadOnlyList<HeadFeature> features, int threads = 1)
    {
        if (temperatures.Count == 0 || strengths.Count == 0) throw new InputException("the knobs", null, "have nowhere to be turned to", "Give one temperature and one strength at least");
        using var scores = HeadScores.Compute(bert, texts, head);
        HeadCalibration[] settings = [.. temperatures.SelectMany(t => strengths.Select(s => new HeadCalibration(t) { Priors = s == 0 ? [] : [prior with { Strength = s }] }))];
        // Under every state the other heads stay as they are; only what the head changes is run anew.
        var others = bert.Model.With(bert.Calibration.With(head, HeadCalibration.Identity));
        ModelEdit Edit(HeadCalibration setting)
        {
            var hooks = bert.Model.With(ModelCalibration.Identity(bert.Calibration.Grid).With(head, setting)).Hooks ?? new AttentionHooks();
            return new ModelEdit(head.Layer, resume => hooks.Then(new AttentionHooks { Resume = resume }));
        }
        var (_, after) = EditedScores.Run(task, [.. settings.Select(Edit)], threads, under: others.Hooks);
        KnobState[] states = [.. settings.Zip(after, (setting, asked) => new KnobState(setting, scores.Map(0, setting), [.. features.Select(f => scores.Feature(f, setting))], asked.Loss))];
        return new KnobSweep(head, scores.Texts[0].Tokens!, prior, temperatures, strengths, features, [.. states.Chunk(strengths.Count)], bert.Score(task).Loss);
    }
}
