namespace AttentionNotebooks;

/// <summary>How groups of heads are removed and compared.</summary>
public sealed record AblationOptions
{
    /// <summary>Random groups by default. The least p-value of 20 is 1/21.</summary>
    public const int DefaultRandomGroups = 20;

    /// <summary>What is put in a head's place.</summary>
    public AblationMode Mode { get; init; } = AblationMode.Uniform;

    /// <summary>Keep each group and remove all other heads, instead of the group.</summary>
    public bool OnlyKept { get; init; }

    /// <summary>How many random groups each group is compared with; 0 for none.</summary>
    public int RandomGroups { get; init; } = DefaultRandomGroups;

    /// <summary>In what they are like the group.</summary>
    public GroupMatch Match { get; init; } = GroupMatch.Layers;

    /// <summary>The heads' mean outputs, for <see cref="AblationMode.Mean"/>.</summary>
    public HeadMeans? Means { get; init; }

    /// <summary>How many passes run at once (<see cref="AblationScores.Run"/>).</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Decides the random groups and the draws of the intervals.</summary>
    public int Seed { get; init; }
}

/// <summary>Takes groups of heads out of a model and weighs what it loses, against random groups of the same make.</summary>
/// <remarks>
/// Heads are disabled as by Kovaleva et al. 2019 (uniform) or Michel et al. 2019 (zero); the control by random groups, the
/// intervals and the p-values are this kit's.
/// </remarks>
public static class AblationStudy
{
    /// <summary>Weighs groups of heads.</summary>
    /// <param name="task">What the model is asked; two items at least.</param>
    /// <param name="options">How; uniform maps, against 20 random groups, when omitted.</param>
    /// <param name="progress">Reports after each pass, in passes of the model over a batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>One effect per group, in their order. Every set of heads is run once, however many groups or draws share it.</returns>
    /// <exception cref="InputException">There is no group, one is empty or has a head that the model lacks, or there are fewer than two
    /// items.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<AblationEffect> Run(IModelTask task, IReadOnlyList<HeadGroup> groups, AblationOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new AblationOptions();
        var grid = task.Grid;
        if (groups.Count == 0) throw new InputException("the list of groups of heads", null, "is empty", "Name at least one");
        if (groups.FirstOrDefault(g => g.Heads.Count == 0) is { } empty)
            throw new InputException($"group \"{empty.Name}\"", null, "has no head", "Leave it out");
        ArgumentOutOfRangeException.ThrowIfNegative(options.RandomGroups, nameof(options));

        var runs = new Dictionary<string, int>();
        var ablations = new List<Ablation>();
        int Planned(IEnumerable<Head> heads)
        {
            var ablation = new Ablation(grid, options.OnlyKept ? grid.All().Except(heads) : heads, options.Mode, options.Means);
            if (runs.TryAdd(string.Join(' ', ablation.Heads), ablations.Count)) ablations.Add(ablation);
            return runs[string.Join(' ', ablation.Heads)];
        }
        (int Own, int[] Random)[] plan = [.. groups.Select(g =>
            (Planned(g.Heads), RandomGroups.Like(grid, g.Heads, options.RandomGroups, options.Seed, options.Match).Select(Planned)
                .ToArray()))];

        var (before, after) = AblationScores.Run(task, ablations, options.Threads, false, progress, cancellation);
        double[] questions = Array.ConvertAll(before.Targets, q => (double)q);
        double total = questions.Sum();
        double[][] losses = [.. after.Select(a => a.Losses.Zip(before.Losses, (x, y) => x - y).ToArray())];
        double[][] right = [.. after.Select(a => a.Correct.Zip(before.Correct, (x, y) => (double)(x - y)).ToArray())];
        int[] own = [.. plan.Select(p => p.Own)];
        var intervals = Bootstrap.Ratios([.. own.Select(r => losses[r]), .. own.Select(r => right[r])], questions, seed: options.Seed);

        var random = plan.Select(p => Compared(losses[p.Own].Sum() / total, [.. p.Random.Select(r => losses[r].Sum() / total)],
            [.. p.Random.Select(r => right[r].Sum() / total)], options.OnlyKept)).ToArray();
        var holm = MultipleTesting.Holm([.. random.Select(r => r?.PMore ?? double.NaN)]);
        return [.. groups.Select((g, i) => new AblationEffect(g, options.Mode, options.OnlyKept, before, after[own[i]],
            intervals[i], intervals[groups.Count + i], random[i] is { } r ? r with { Holm = holm[i] } : null))];
    }

    private static RandomEffects? Compared(double observed, double[] losses, double[] accuracies, bool onlyKept)
    {
        if (losses.Length == 0) return null;
        double rises = RankP(observed, losses, +1), falls = RankP(observed, losses, -1);
        return new RandomEffects(losses, accuracies, onlyKept ? falls : rises, onlyKept ? rises : falls, double.NaN);
    }

    // (1 + draws at least as far to the side) / (1 + draws): the group itself counts as one. The same heads are one run, so that equal
    // losses are equal bits.
    private static double RankP(double observed, double[] draws, int side) =>
        (1.0 + draws.Count(d => side * d >= side * observed)) / (1 + draws.Length);
}
