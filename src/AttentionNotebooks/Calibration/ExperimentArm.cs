namespace AttentionNotebooks;

/// <summary>What a row of the experiment is.</summary>
public enum ArmKind
{
    /// <summary>The model as it is.</summary>
    Uncalibrated,

    /// <summary>One of the four ways to tie heads.</summary>
    Calibrated,

    /// <summary>The same without the information: features of other heads, random clusters of the same sizes.</summary>
    Control,

    /// <summary>All weights trained.</summary>
    FullTuning,
}

/// <summary>The rows of an experiment.</summary>
public enum CalibrationArm
{
    /// <summary>The model as it is.</summary>
    Uncalibrated,

    /// <summary>The same setting for all heads.</summary>
    OneSet,

    /// <summary>One setting per cluster.</summary>
    ByCluster,

    /// <summary>The control of <see cref="ByCluster"/>: random clusters of the same sizes.</summary>
    RandomClusters,

    /// <summary>Each head set by a linear function of its features.</summary>
    ByFeatures,

    /// <summary>The control of <see cref="ByFeatures"/>: every head has another head's features.</summary>
    ShuffledFeatures,

    /// <summary>One setting per head.</summary>
    PerHead,

    /// <summary>All weights trained.</summary>
    AllWeights,
}

/// <summary>One way to change the model, over all seeds.</summary>
/// <param name="Arm">Which.</param>
/// <param name="Parameters">How many numbers are learnt.</param>
/// <param name="Scores">The test items' scores, one per seed.</param>
/// <param name="Calibrations">What was learnt, one per seed; empty where nothing or all weights were.</param>
public sealed record ExperimentArm(
    CalibrationArm Arm, int Parameters, IReadOnlyList<TaskScores> Scores, IReadOnlyList<ModelCalibration> Calibrations)
{
    /// <summary>What it is called in tables and files, e.g. <c>by features</c>.</summary>
    public string Name => NameOf(Arm);

    /// <summary>What it is.</summary>
    public ArmKind Kind => Arm switch
    {
        CalibrationArm.Uncalibrated => ArmKind.Uncalibrated,
        CalibrationArm.RandomClusters or CalibrationArm.ShuffledFeatures => ArmKind.Control,
        CalibrationArm.AllWeights => ArmKind.FullTuning,
        _ => ArmKind.Calibrated,
    };

    /// <summary>Mean loss of a target over the seeds, in nats.</summary>
    public double Loss => Scores.Average(s => s.Loss);

    /// <summary>Mean accuracy over the seeds.</summary>
    public double Accuracy => Scores.Average(s => s.Accuracy.Value);

    /// <summary>What an arm is called.</summary>
    internal static string NameOf(CalibrationArm arm) => arm switch
    {
        CalibrationArm.Uncalibrated => "uncalibrated",
        CalibrationArm.OneSet => "one set",
        CalibrationArm.ByCluster => "by cluster",
        CalibrationArm.RandomClusters => "random clusters",
        CalibrationArm.ByFeatures => "by features",
        CalibrationArm.ShuffledFeatures => "shuffled features",
        CalibrationArm.PerHead => "per head",
        CalibrationArm.AllWeights => "all weights",
        _ => throw new ArgumentOutOfRangeException(nameof(arm)),
    };

    /// <summary>In how many seeds a loss differs from the untouched model's by more than float32 rounds.</summary>
    internal static int Moved(IEnumerable<double> losses, IEnumerable<double> untouched) =>
        losses.Zip(untouched, PairedComparison.Differs).Count(d => d);

    /// <summary>Says that an arm did not move in every seed; <see langword="null"/> where it did.</summary>
    internal static string? Unmoved(string name, int moved, int seeds) => moved == seeds ? null
        : $"{name}: in {seeds - moved} of {seeds} seeds nothing that was learnt did better on dev than the model as it is, which was kept";
}
