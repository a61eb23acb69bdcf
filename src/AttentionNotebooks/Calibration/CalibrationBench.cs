namespace AttentionNotebooks;

/// <summary>What a change by hand did.</summary>
/// <param name="What">The change in words.</param>
/// <param name="Heads">The heads that were set.</param>
/// <param name="LossBefore">The task's mean loss of a question before, in nats; NaN without a task.</param>
/// <param name="LossAfter">The same after.</param>
/// <param name="Unsolved">Heads that cannot have the wanted value and were left as they were, with the reason.</param>
public sealed record BenchStep(string What, IReadOnlyList<Head> Heads, double LossBefore, double LossAfter,
    IReadOnlyList<(Head Head, string Reason)> Unsolved);

/// <summary>Heads set by hand, one after the other, with what a task's loss says to each change, and undo.</summary>
public sealed class CalibrationBench
{
    private readonly Stack<(ModelCalibration Calibration, double Loss)> _past = new();
    private readonly Checkpoint _model;
    private readonly IReadOnlyList<string> _texts;
    private readonly IModelTask? _task;

    /// <summary>A bench.</summary>
    /// <param name="model">The model; it must outlive the bench.</param>
    /// <param name="texts">The texts that features are computed on.</param>
    /// <param name="task">What says whether a change is good; none unless given.</param>
    /// <param name="start">Where to begin; the model as it is unless given.</param>
    /// <exception cref="InputException">The calibration is for other heads.</exception>
    public CalibrationBench(Checkpoint model, IReadOnlyList<string> texts, IModelTask? task = null, ModelCalibration? start = null)
    {
        (_model, _texts, _task) = (model, texts, task);
        Calibration = start ?? ModelCalibration.Identity(model.Config.Grid);
        Loss = Measure(Calibration);
    }

    /// <summary>How the heads are set now.</summary>
    public ModelCalibration Calibration { get; private set; }

    /// <summary>The task's mean loss of a question now, in nats; NaN without a task.</summary>
    public double Loss { get; private set; }

    /// <summary>The model with its heads as they are set now.</summary>
    public CalibratedBert Bert => _model.With(Calibration);

    /// <summary>Sets a head.</summary>
    /// <exception cref="InputException">There is no such head, or the setting cannot be used.</exception>
    public BenchStep Set(Head head, HeadCalibration setting) => Set([head], _ => setting);

    /// <summary>Sets several heads, such as a cluster's.</summary>
    /// <param name="change">From a head's setting to its new one.</param>
    /// <exception cref="InputException">There is no such head, or a setting cannot be used.</exception>
    public BenchStep Set(IReadOnlyList<Head> heads, Func<HeadCalibration, HeadCalibration> change) =>
        Take($"{Named(heads)} set", heads, Calibration.With(heads, change), []);

    /// <summary>Turns one knob of a head until a feature has the wanted value.</summary>
    /// <param name="target">Its wanted value.</param>
    /// <param name="knob">What is turned.</param>
    /// <exception cref="InputException">The head cannot have this value.</exception>
    public BenchStep Solve(Head head, HeadFeature feature, double target, Knob knob = Knob.Temperature)
    {
        var (solved, value) = Solved(Calibration, head, feature, target, knob);
        return Take(FormattableString.Invariant($"{Named([head])}: {feature.Name} {value.Before:0.###} → {value.After:0.###}"), [head],
            solved, []);
    }

    /// <summary>
    /// Brings every head of a cluster to one value of a feature: that of the cluster's centroid unless another is wanted. Lower
    /// layers first, since they change what the higher ones see.
    /// </summary>
    /// <param name="target">The wanted value; the cluster's mean unless given.</param>
    /// <param name="knob">What is turned.</param>
    /// <exception cref="InputException">The cluster was made without this feature and no value is given.</exception>
    public BenchStep Solve(HeadCluster cluster, HeadFeature feature, double? target = null, Knob knob = Knob.Temperature)
    {
        double wanted = target ?? (cluster.Means.TryGetValue(feature.Name, out double mean) ? mean
            : throw Spelling.Unknown("feature", feature.Name, [.. cluster.Means.Keys]));
        var (calibration, set, unsolved) = (Calibration, new List<Head>(), new List<(Head, string)>());
        foreach (var head in cluster.Heads.OrderBy(h => h.Layer).ThenBy(h => h.Index))
        {
            try
            {
                calibration = Solved(calibration, head, feature, wanted, knob).Calibration;
                set.Add(head);
            }
            catch (InputException e)
            {
                unsolved.Add((head, e.Problem));
            }
        }
        return Take(FormattableString.Invariant(
            $"cluster {cluster.Number} ({cluster.Name}): {feature.Name} of {set.Count} heads to {wanted:0.###}"), set, calibration,
                unsolved);
    }

    /// <summary>Takes the last change back.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Undo()
    {
        if (!_past.TryPop(out var last)) return false;
        (Calibration, Loss) = last;
        return true;
    }

    private (ModelCalibration Calibration, HeadSolution Value) Solved(ModelCalibration calibration, Head head, HeadFeature feature,
        double target, Knob knob)
    {
        using var scores = HeadScores.Compute(_model.With(calibration), _texts, head);
        var solution = HeadSolver.Solve(scores, calibration[head], feature, target, knob);
        return (calibration.With(head, solution.Setting), solution);
    }

    private BenchStep Take(string what, IReadOnlyList<Head> heads, ModelCalibration calibration, IReadOnlyList<(Head, string)> unsolved)
    {
        double before = Loss, after = Measure(calibration);
        _past.Push((Calibration, before));
        (Calibration, Loss) = (calibration, after);
        return new BenchStep(what, heads, before, after, unsolved);
    }

    private double Measure(ModelCalibration calibration) => _task is null ? double.NaN : _model.With(calibration).Score(_task).Loss;

    private static string Named(IReadOnlyList<Head> heads) => heads.Count == 1 ? $"head {heads[0]}" : $"{heads.Count} heads";
}
