using AttentionNotebooks.Training;

namespace AttentionNotebooks;

/// <summary>How an experiment is run.</summary>
/// <param name="Options">How a calibration is learnt; the seed is set by the experiment.</param>
/// <param name="Seeds">How many seeds: each has its own split, masking, order, shuffled features and random clusters.</param>
/// <param name="FirstSeed">The first of them.</param>
/// <param name="FullTuning">Whether all weights (<see cref="IModelTask.Weights"/>) are trained too, as the upper reference.</param>
/// <param name="FullRate">The learning rate for that.</param>
/// <param name="Threads">
/// How many calibrations are learnt at once, each on one thread; 1 learns one after the other on libtorch's own threads. They do not touch
/// one another, so that the results are those of one after the other on one thread. More is faster for small models on CPUs.
/// </param>
public sealed record ExperimentOptions(CalibrationOptions Options, int Seeds = 5, int FirstSeed = 0, bool FullTuning = true,
    double FullRate = 1e-4, int Threads = 1);

/// <summary>
/// A calibration and its controls on held-out items: uncalibrated, one set, by cluster, random clusters of the same sizes,
/// by features, shuffled features, one set per head, all weights.
/// </summary>
/// <param name="Arms">The rows; the first is the model as it is.</param>
/// <param name="Comparisons">Each row with the uncalibrated, and each way to tie heads with its controls.</param>
/// <param name="Holm">Per comparison, the p-value of the loss, adjusted for all of them (Holm 1979).</param>
/// <param name="TestItems">How many items were tested on.</param>
/// <param name="Seeds">Over how many seeds.</param>
public sealed record CalibrationExperiment(IReadOnlyList<ExperimentArm> Arms, IReadOnlyList<PairedComparison> Comparisons,
    IReadOnlyList<double> Holm, int TestItems, int Seeds)
{
    /// <summary>Runs it.</summary>
    /// <param name="data">From a seed to the items; the test items are the same for every seed.</param>
    /// <param name="features">The heads' features, of texts that are not tested on.</param>
    /// <param name="clusters">Each head's cluster, in the grid's order.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="progress">Reports what is done next, and how far it is from 0 to 1.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">The features or clusters are of other heads, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CalibrationExperiment Run(Checkpoint model, Func<int, CalibrationData> data, HeadTable features,
        IReadOnlyList<int> clusters, ExperimentOptions options,
        IProgress<(string What, double Share)>? progress = null, CancellationToken cancellation = default)
    {
        if (options.Seeds < 1)
            throw new InputException("seeds", null, $"are {options.Seeds}",
                "Take one at least, five or more for a spread");
        options.Options.Check();
        var grid = model.Config.Grid;
        var (byCluster, byFeatures) = (Tying.ByCluster(clusters), Tying.ByFeatures(features));
        string Name(CalibrationArm arm) => ExperimentArm.NameOf(arm);
        (CalibrationArm Arm, Func<int, Tying> Tie)[] ties =
        [
            (CalibrationArm.OneSet, _ => Tying.OneSet(grid)),
            (CalibrationArm.ByCluster, _ => byCluster),
            (CalibrationArm.RandomClusters, s => byCluster.Shuffled(1000 + s, Name(CalibrationArm.RandomClusters))),
            (CalibrationArm.ByFeatures, _ => byFeatures),
            (CalibrationArm.ShuffledFeatures, s => byFeatures.Shuffled(2000 + s, Name(CalibrationArm.ShuffledFeatures))),
            (CalibrationArm.PerHead, _ => Tying.PerHead(grid)),
        ];
        int[] seeds = [.. Enumerable.Range(options.FirstSeed, options.Seeds)];
        CalibrationData[] parts = [.. seeds.Select(data)];
        int[] test = parts[0].Test.Items;
        if (parts.Any(p => !p.Test.Items.SequenceEqual(test)))
            throw new ArgumentException("the test items differ from seed to seed", nameof(data));
        int done = 0, all = seeds.Length * (1 + ties.Length + (options.FullTuning ? 1 : 0));
        var gate = new Lock();
        void Report(int seed, string what) { lock (gate) progress?.Report(($"seed {seed}: {what}", done++ / (double)all)); }
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
                    Report(seeds[s], Name(CalibrationArm.Uncalibrated));
                    before[s] = parts[s].Test.Score(cancellation: cancellation);
                    return;
                }
                var tying = ties[t].Tie(seeds[s]);
                Report(seeds[s], tying.Name);
                var fit = CalibrationTrainer.Fit(model, parts[s].Train, parts[s].Dev, tying, options.Options with { Seed = seeds[s] },
                    cancellation: cancellation);
                runs[t][s] = (fit, parts[s].Test.Score(model.With(fit.Calibration).Hooks, cancellation));
            });
        }
        // Alone: while all weights are trained, nothing else may ask the model.
        var full = new List<FullTuning>();
        for (int s = 0; options.FullTuning && s < seeds.Length; s++)
        {
            Report(seeds[s], Name(CalibrationArm.AllWeights));
            full.Add(FullTuning.Run(parts[s].Train.Task.Weights, parts[s].Train, parts[s].Dev,
                parts[s].Test, options.Options with { Seed = seeds[s], Rate = options.FullRate }, cancellation: cancellation));
        }
        ExperimentArm[] arms =
        [
            new(CalibrationArm.Uncalibrated, 0, before, []),
            .. ties.Zip(runs, (t, r) => new ExperimentArm(
                t.Arm, r[0].Fit.Parameters, [.. r.Select(x => x.Scores)], [.. r.Select(x => x.Fit.Calibration)])),
        ];
        if (full.Count > 0)
            arms = [.. arms, new(CalibrationArm.AllWeights, full.Max(f => f.Parameters), [.. full.Select(f => f.Test)], [])];
        return Compare(arms, test, options.Seeds);
    }

    private static CalibrationExperiment Compare(ExperimentArm[] arms, int[] test, int seeds)
    {
        var byArm = arms.ToDictionary(a => a.Arm);
        (CalibrationArm First, CalibrationArm Second)[] pairs =
        [
            .. arms.Skip(1).Select(a => (a.Arm, CalibrationArm.Uncalibrated)),
            (CalibrationArm.ByCluster, CalibrationArm.RandomClusters), (CalibrationArm.ByFeatures, CalibrationArm.ShuffledFeatures),
            (CalibrationArm.ByCluster, CalibrationArm.OneSet), (CalibrationArm.ByFeatures, CalibrationArm.OneSet),
            (CalibrationArm.ByFeatures, CalibrationArm.ByCluster), (CalibrationArm.ByFeatures, CalibrationArm.PerHead),
        ];
        if (byArm.ContainsKey(CalibrationArm.AllWeights)) pairs = [.. pairs, (CalibrationArm.ByFeatures, CalibrationArm.AllWeights)];
        (string, IReadOnlyList<TaskScores>) Named(CalibrationArm arm) => (byArm[arm].Name, byArm[arm].Scores);
        PairedComparison[] comparisons = [.. pairs.Select(p => PairedComparison.Compute(Named(p.First), Named(p.Second), test))];
        return new CalibrationExperiment(
            arms, comparisons, MultipleTesting.Holm([.. comparisons.Select(c => c.LossPValue)]), test.Length, seeds);
    }

    /// <summary>A row: <c>experiment[CalibrationArm.ByFeatures]</c>.</summary>
    /// <param name="arm">Which.</param>
    /// <exception cref="InputException">The experiment was run without it.</exception>
    public ExperimentArm this[CalibrationArm arm] => Arms.FirstOrDefault(a => a.Arm == arm)
        ?? throw new InputException("experiment", null, $"has no row \"{ExperimentArm.NameOf(arm)}\"",
            "Run it with ExperimentOptions.FullTuning");

    /// <summary>The comparison of two rows.</summary>
    /// <param name="first">What is compared.</param>
    /// <param name="second">With what.</param>
    /// <exception cref="InputException">The two were not compared.</exception>
    public PairedComparison Comparison(CalibrationArm first, CalibrationArm second)
    {
        var (one, other) = (ExperimentArm.NameOf(first), ExperimentArm.NameOf(second));
        return Comparisons.FirstOrDefault(c => c.First == one && c.Second == other)
            ?? throw new InputException("experiment", null, $"does not compare \"{one}\" with \"{other}\"", "Take one of its Comparisons");
    }

    /// <summary>The comparison of a row with the model as it is.</summary>
    /// <param name="arm">The row; not the model as it is.</param>
    public PairedComparison Gain(ExperimentArm arm) => Comparison(arm.Arm, CalibrationArm.Uncalibrated);

    /// <summary>
    /// In how many seeds a row changed the model at all. In the others nothing that was learnt did better on dev than the model as
    /// it is, which was kept: such a row holds no calibration.
    /// </summary>
    /// <param name="arm">The row.</param>
    public int SeedsMoved(ExperimentArm arm) => ExperimentArm.Moved(arm.Scores.Select(s => s.Loss), Arms[0].Scores.Select(s => s.Loss));

    /// <summary>A sentence for a test on so few items that no comparison could be sure; <see langword="null"/> where one could.</summary>
    public string? TooFewItems()
    {
        // n items have 2ⁿ ways to flip their signs, and the flip of all goes as far as what was observed.
        double Least(int items) => LeastPValue.Of((int)Math.Min(PairedComparison.Flips, Math.Pow(2, items - 1) - 1), Comparisons.Count);
        if (Least(TestItems) < LeastPValue.Level) return null;
        int enough = TestItems;
        while (Least(enough) >= LeastPValue.Level) enough++;
        return FormattableString.Invariant($"Nothing could be found here: with {TestItems} test items and {Comparisons.Count} ")
            + FormattableString.Invariant($"comparisons no p-value after the correction can be below {Least(TestItems):0.000}. ")
            + FormattableString.Invariant($"Test on {enough} items or more: give more texts.");
    }

    /// <summary>A sentence for each row that did not move in every seed (<see cref="SeedsMoved"/>).</summary>
    public IEnumerable<string> Unmoved() =>
        Arms.Skip(1).Select(a => ExperimentArm.Unmoved(a.Name, SeedsMoved(a), Seeds)).OfType<string>();
}
