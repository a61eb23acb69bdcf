using AttentionNotebooks.Training;

namespace AttentionNotebooks;

/// <summary>What a row of the experiment is.</summary>
public enum ArmKind
{
    /// <summary>The model as it is.</summary>
    Uncalibrated,

    /// <summary>One of the four ways to tie heads.</summary>
    Calibrated,

    /// <summary>The same with the information taken out: features of other heads, random clusters of the same sizes.</summary>
    Control,

    /// <summary>All weights trained.</summary>
    FullTuning,
}

/// <summary>One way to change the model, over all seeds.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Parameters">How many numbers are learnt.</param>
/// <param name="Scores">The test items' scores, one per seed.</param>
/// <param name="Calibrations">What was learnt, one per seed; empty where nothing or all weights were.</param>
public sealed record ExperimentArm(string Name, ArmKind Kind, int Parameters, IReadOnlyList<TaskScores> Scores, IReadOnlyList<ModelCalibration> Calibrations)
{
    /// <summary>Mean loss of a question over the seeds, in nats.</summary>
    public double Loss => Scores.Average(s => s.Loss);

    /// <summary>Mean accuracy over the seeds.</summary>
    public double Accuracy => Scores.Average(s => s.Accuracy.Value);
}

/// <summary>How an experiment is run.</summary>
/// <param name="Options">How a calibration is learnt; the seed is set by the experiment.</param>
/// <param name="Seeds">How many seeds: each has its own split, masking, order, shuffled features and random clusters.</param>
/// <param name="FirstSeed">The first of them.</param>
/// <param name="FullTuning">Whether all weights are trained too, as the upper reference.</param>
/// <param name="FullRate">The learning rate for that.</param>
/// <param name="Weights">What all weights are: the model with the head that the task asks, such as a classifier; the masked-LM model unless given.</param>
/// <param name="Threads">
/// How many calibrations are learnt at once, each on one thread; 1 learns one after the other on libtorch's own threads. They do not touch
/// one another, so that the results are those of one after the other on one thread. More is faster for small models on CPUs.
/// </param>
public sealed record ExperimentOptions(CalibrationOptions Options, int Seeds = 5, int FirstSeed = 0, bool FullTuning = true, double FullRate = 1e-4, TorchSharp.torch.nn.Module? Weights = null, int Threads = 1);

/// <summary>
/// A calibration and its controls on held-out items: uncalibrated, one set, by cluster, random clusters of the same sizes,
/// by features, shuffled features, one set per head, all weights.
/// </summary>
/// <param name="Arms">The rows; the first is the model as it is.</param>
/// <param name="Comparisons">Each row with the uncalibrated, and each way to tie heads with its controls.</param>
/// <param name="Holm">Per comparison, the p-value of the loss, adjusted for all of them (Holm 1979).</param>
/// <param name="TestItems">How many items were tested on.</param>
/// <param name="Seeds">Over how many seeds.</param>
public sealed record CalibrationExperiment(IReadOnlyList<ExperimentArm> Arms, IReadOnlyList<PairedComparison> Comparisons, IReadOnlyList<double> Holm, int TestItems, int Seeds)
{
    private const string AsItIs = "uncalibrated", RandomClusters = "random clusters", ShuffledFeatures = "shuffled features", AllWeights = "all weights";

    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">From a seed to the items; the test items are the same for every seed.</param>
    /// <param name="features">The heads' features, of texts that are not tested on.</param>
    /// <param name="clusters">Each head's cluster, in the grid's order.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="progress">Told what is done next, and how far it is from 0 to 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">The features or clusters are of other heads, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationExperiment Run(Checkpoint model, Func<int, CalibrationData> data, HeadTable features, IReadOnlyList<int> clusters, ExperimentOptions options,
        IProgress<(string What, double Share)>? progress = null, CancellationToken cancellation = default)
    {
        if (options.Seeds < 1) throw new InputException("seeds", null, $"are {options.Seeds}", "Take one at least, five or more to tell something of the spread");
        options.Options.Check();
        var grid = model.Config.Grid;
        var (byCluster, byFeatures) = (Tying.ByCluster(clusters), Tying.ByFeatures(features));
        (ArmKind Kind, Func<int, Tying> Tie)[] ties =
        [
            (ArmKind.Calibrated, _ => Tying.OneSet(grid)), (ArmKind.Calibrated, _ => byCluster), (ArmKind.Control, s => byCluster.Shuffled(1000 + s, RandomClusters)),
            (ArmKind.Calibrated, _ => byFeatures), (ArmKind.Control, s => byFeatures.Shuffled(2000 + s, ShuffledFeatures)), (ArmKind.Calibrated, _ => Tying.PerHead(grid)),
        ];
        int[] seeds = [.. Enumerable.Range(options.FirstSeed, options.Seeds)];
        CalibrationData[] parts = [.. seeds.Select(data)];
        int[] test = parts[0].Test.Items;
        if (parts.Any(p => !p.Test.Items.SequenceEqual(test))) throw new ArgumentException("the test items differ from seed to seed", nameof(data));
        int done = 0, all = seeds.Length * (1 + ties.Length + (options.FullTuning ? 1 : 0));
        var gate = new Lock();
        void Tell(int seed, string what) { lock (gate) progress?.Report(($"seed {seed}: {what}", done++ / (double)all)); }
        var before = new TaskScores[seeds.Length];
        var runs = ties.Select(_ => new (CalibrationFit Fit, TaskScores Scores)[seeds.Length]).ToArray();
        using (var workers = new OneThreadWorkers(options.Threads))
        {
            // Seed by seed, the model as it is first.
            workers.Run(seeds.Length * (1 + ties.Length), piece =>
            {
                var (s, t) = (piece / (1 + ties.Length), piece % (1 + ties.Length) - 1);
                if (t < 0)
                {
                    Tell(seeds[s], AsItIs);
                    before[s] = parts[s].Test.Score(cancellation: cancellation);
                    return;
                }
                var tying = ties[t].Tie(seeds[s]);
                Tell(seeds[s], tying.Name);
                var fit = CalibrationTrainer.Fit(model, parts[s].Train, parts[s].Dev, tying, options.Options with { Seed = seeds[s] }, cancellation: cancellation);
                runs[t][s] = (fit, parts[s].Test.Score(model.With(fit.Calibration).Hooks, cancellation));
            });
        }
        // Alone: while all weights are trained, nothing else may ask the model.
        var full = new List<FullTuning>();
        for (int s = 0; options.FullTuning && s < seeds.Length; s++)
        {
            Tell(seeds[s], AllWeights);
            full.Add(FullTuning.Run(options.Weights ?? model.Model, parts[s].Train, parts[s].Dev, parts[s].Test, options.Options with { Seed = seeds[s], Rate = options.FullRate }, cancellation: cancellation));
        }
        ExperimentArm[] arms =
        [
            new(AsItIs, ArmKind.Uncalibrated, 0, before, []),
            .. ties.Zip(runs, (t, r) => new ExperimentArm(t.Tie(options.FirstSeed).Name, t.Kind, r[0].Fit.Parameters, [.. r.Select(x => x.Scores)], [.. r.Select(x => x.Fit.Calibration)])),
            .. full.Count == 0 ? [] : new[] { new ExperimentArm(AllWeights, ArmKind.FullTuning, full.Max(f => f.Parameters), [.. full.Select(f => f.Test)], []) },
        ];
        return Compare(arms, test, options.Seeds);
    }

    private static CalibrationExperiment Compare(ExperimentArm[] arms, int[] test, int seeds)
    {
        var byName = arms.ToDictionary(a => a.Name);
        string one = Tying.OneSet(new HeadGrid(1, 1)).Name, head = Tying.PerHead(new HeadGrid(1, 1)).Name, cluster = arms[2].Name, feature = arms[4].Name;
        (string First, string Second)[] pairs =
        [
            .. arms.Skip(1).Select(a => (a.Name, AsItIs)),
            (cluster, RandomClusters), (feature, ShuffledFeatures), (cluster, one), (feature, one), (feature, cluster), (feature, head),
            .. byName.ContainsKey(AllWeights) ? [(feature, AllWeights)] : Array.Empty<(string, string)>(),
        ];
        PairedComparison[] comparisons = [.. pairs.Select(p => PairedComparison.Compute((p.First, byName[p.First].Scores), (p.Second, byName[p.Second].Scores), test))];
        return new CalibrationExperiment(arms, comparisons, MultipleTesting.Holm([.. comparisons.Select(c => c.LossPValue)]), test.Length, seeds);
    }

    /// <summary>The comparison of a row with the model as it is.</summary>
    /// <param name="arm">The row; not the model as it is.</param>
    public PairedComparison Gain(ExperimentArm arm) => Comparisons.First(c => c.First == arm.Name && c.Second == AsItIs);
}
