namespace AttentionNotebooks;

/// <summary>How groups of heads are removed and compared.</summary>
public sealed record AblationOptions
{
    /// <summary>Random groups by default. The least p-value of 40 is 1/41, also after the correction for several groups; a group that one
    /// of them passes has 2/41, which is below 0.05 too.</summary>
    public const int DefaultRandomGroups = 40;

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

/// <summary>Removes groups of heads from a model and measures the loss, against random groups of the same make.</summary>
/// <remarks>
/// Heads are disabled as by Kovaleva et al. 2019 (uniform) or Michel et al. 2019 (zero); the control by random groups, the
/// intervals and the p-values are this kit's.
/// </remarks>
public static class AblationStudy
{
    /// <summary>Weighs groups of heads.</summary>
    /// <param name="task">What the model is asked; two items at least.</param>
    /// <param name="options">How; uniform maps, against 40 random groups, when omitted.</param>
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

        var random = plan.Zip(groups, (p, g) => Compared(losses[p.Own].Sum() / total, [.. p.Random.Select(r => losses[r].Sum() / total)],
            [.. p.Random.Select(r => right[r].Sum() / total)], options.OnlyKept, RandomGroups.Count(grid, g.Heads, options.Match) - 1))
            .ToArray();
        double[] adjusted = Adjusted([.. own.Select(r => losses[r].Sum() / total)], random, options.OnlyKept);
        return [.. groups.Select((g, i) => new AblationEffect(g, options.Mode, options.OnlyKept, before, after[own[i]],
            intervals[i], intervals[groups.Count + i], random[i] is { } r ? r with { Adjusted = adjusted[i] } : null))];
    }

    /// <summary>A sentence that names the remedy where no group could be sure after the correction, whatever it costs: there were too few
    /// random groups, or there are too few groups of the same make. <see langword="null"/> where one could be, or none was drawn.</summary>
    /// <param name="effects">Of one run.</param>
    /// <param name="option">What sets the number of random groups.</param>
    public static string? TooFewGroups(IReadOnlyList<AblationEffect> effects, string option = nameof(AblationOptions.RandomGroups))
    {
        RandomEffects[] compared = [.. effects.Select(e => e.Random).OfType<RandomEffects>()];
        if (compared.Length == 0) return null;
        double others = compared.Max(r => r.Others), least = 1 / (1 + others);
        if (least >= LeastPValue.Level)
            return FormattableString.Invariant($"Nothing could be found here: no group has more than {others:0} others of its make, so ")
                + FormattableString.Invariant($"that no p-value can be below {least:0.000} by more than luck. Take groups of several ")
                + "heads, but not of nearly whole layers.";
        // The largest of all single heads is the same in every shuffling.
        if (effects.All(e => e.Group.Heads.Count == 1) && compared.Length > others)
            return "Nothing could be found here after the correction: all heads are asked about, one by one, so that every shuffling holds "
                + "the same ones. Ask about fewer heads, or about groups.";
        return LeastPValue.Warning(compared.Max(r => r.Losses.Length), 1, "random groups", option);
    }

    // How far each group is out among its random groups, in their standard deviations: groups of one head and of thirty cost differently,
    // and the largest of them all is to be found. The group is counted among its draws, which keeps the test exact.
    internal static double[] Adjusted(double[] observed, RandomEffects?[] random, bool onlyKept)
    {
        double[][] all = [.. observed.Select((o, g) => (double[])[o, .. random[g]?.Losses ?? []])];
        double[][] scores = [.. all.Select(losses =>
        {
            double mean = losses.Average(), spread = Math.Sqrt(losses.Average(l => (l - mean) * (l - mean)));
            return losses.Select(l => spread > 0 ? (onlyKept ? mean - l : l - mean) / spread : 0).ToArray();
        })];
        double[] adjusted = [.. Enumerable.Repeat(double.NaN, observed.Length)];
        int[] compared = [.. Enumerable.Range(0, observed.Length).Where(g => random[g] is not null)];
        double[] p = WestfallYoung.Adjusted([.. compared.Select(g => scores[g][0])], [.. compared.Select(g => scores[g][1..])]);
        foreach (var (i, g) in compared.Index()) adjusted[g] = p[i];
        return adjusted;
    }

    private static RandomEffects? Compared(double observed, double[] losses, double[] accuracies, bool onlyKept, double others)
    {
        if (losses.Length == 0) return null;
        double rises = RankP(observed, losses, +1), falls = RankP(observed, losses, -1);
        return new RandomEffects(losses, accuracies, onlyKept ? falls : rises, onlyKept ? rises : falls, double.NaN, others);
    }

    // (1 + draws at least as far to the side) / (1 + draws): the group itself counts as one. The same heads are one run, so that equal
    // losses are equal bits.
    private static double RankP(double observed, double[] draws, int side) =>
        (1.0 + draws.Count(d => side * d >= side * observed)) / (1 + draws.Length);
}
