namespace AttentionNotebooks;

/// <summary>How heads are removed.</summary>
/// <param name="Steps">In how many steps all are.</param>
/// <param name="RandomOrders">How many random orders; N give p-values of 1/(N + 1) at least. By default so many that an order that keeps
/// more than all of them is sure after Holm's correction (<see cref="RandomOrdersFor"/>).</param>
/// <param name="Seed">Decides the random orders and the draws of the intervals.</param>
/// <param name="Threads">How many passes run at once (<see cref="AblationScores.Run"/>).</param>
public sealed record PruningOptions(int Steps = 12, int? RandomOrders = null, int Seed = 0, int Threads = 1)
{
    /// <summary>How many random orders stand beside several orders: <see cref="RandomOrders"/>, or what is enough.</summary>
    /// <param name="orders">How many orders are corrected together.</param>
    public int RandomOrdersFor(int orders) => RandomOrders ?? LeastPValue.DrawsFor(orders);
}

/// <summary>The area under a curve, over the heads that it removes: what a question costs, or how often it is answered right, on average
/// over the curve.</summary>
/// <param name="Name">What gives the order.</param>
/// <param name="Loss">Mean loss of a question, in nats, with its 95 % interval over draws of items.</param>
/// <param name="Accuracy">Mean share of right answers, with its interval.</param>
public sealed record PruningArea(string Name, Interval Loss, Interval Accuracy);

/// <summary>Two orders on the same items: the first's area minus the second's.</summary>
/// <param name="First">What is compared.</param>
/// <param name="Second">With what.</param>
/// <param name="Loss">Difference in loss, in nats; below 0 the first keeps more. 95 % interval over draws of items.</param>
/// <param name="Accuracy">Difference in accuracy; above 0 the first keeps more.</param>
/// <param name="PValue">With the random orders: how rarely a random order's area of loss is as small as the first's, the order counted as
/// one of them. NaN between two orders.</param>
/// <param name="Holm">The same, adjusted for all orders (Holm 1979).</param>
public sealed record PruningComparison(string First, string Second, Interval Loss, Interval Accuracy, double PValue, double Holm);

/// <summary>Orders to remove heads in, compared with random ones and with one another on the same items.</summary>
/// <param name="Curves">A curve per order.</param>
/// <param name="Random">The random orders' curves.</param>
/// <param name="Areas">The area under each order's curve.</param>
/// <param name="RandomArea">The mean of the random orders' areas; <see langword="null"/> without any.</param>
/// <param name="Comparisons">Each order with the mean of the random ones, then each with each.</param>
public sealed record PruningStudy(IReadOnlyList<PruningCurve> Curves, IReadOnlyList<PruningCurve> Random, IReadOnlyList<PruningArea> Areas,
    PruningArea? RandomArea, IReadOnlyList<PruningComparison> Comparisons)
{
    /// <summary>What the random orders are called together.</summary>
    public const string RandomOrders = "random orders";

    /// <summary>Removes heads.</summary>
    /// <param name="test">The items to score: two at least, none that an order was measured on.</param>
    /// <param name="orders">The orders, one at least: any measures; the heads that have least of one go first.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Reports after each pass, in passes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">An order is of other heads, or there is one item only.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PruningStudy Run(Checkpoint model, TaskPart test, IReadOnlyList<HeadColumn> orders, PruningOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new PruningOptions();
        var grid = model.Config.Grid;
        var random = PruningOrders.Random(grid, options.RandomOrdersFor(orders.Count), options.Seed);
        var curves = PruningCurve.Measure(model, test, [.. orders, .. random], options.Steps, options.Threads, progress: progress,
            cancellation: cancellation);
        return Compare([.. curves.Take(orders.Count)], [.. curves.Skip(orders.Count)], options.Seed);
    }

    /// <summary>A sentence that names the remedy where there are too few random orders for any order to be sure; <see langword="null"/>
    /// where they suffice, or there are none.</summary>
    /// <param name="option">What sets their number.</param>
    public string? TooFewOrders(string option = nameof(PruningOptions.RandomOrders)) =>
        LeastPValue.Warning(Random.Count, Curves.Count, RandomOrders, option);

    /// <summary>Compares curves of the same items and steps.</summary>
    /// <param name="curves">The orders' curves, one at least.</param>
    /// <param name="random">Curves of random orders.</param>
    /// <param name="seed">Decides the draws of the intervals; all areas see the same.</param>
    /// <exception cref="InputException">There is one item only.</exception>
    /// <exception cref="ArgumentException">There is no curve, or they are of other items or steps.</exception>
    public static PruningStudy Compare(IReadOnlyList<PruningCurve> curves, IReadOnlyList<PruningCurve> random, int seed = 0)
    {
        if (curves.Count == 0) throw new ArgumentException("there is no curve", nameof(curves));
        int[] questions = curves[0].Scores[0].Targets;
        if (curves.Concat(random).Any(c => !c.Removed.SequenceEqual(curves[0].Removed)
            || c.Scores.Any(s => !s.Targets.SequenceEqual(questions))))
            throw new ArgumentException("the curves are of other items or steps", nameof(curves));
        var (losses, randomLosses) = PerItem(curves, random, (s, i) => s.Losses[i]);
        var (right, randomRight) = PerItem(curves, random, (s, i) => s.Correct[i]);
        (int First, int Second)[] pairs =
        [
            .. random.Count == 0 ? [] : Enumerable.Range(0, curves.Count).Select(i => (i, -1)),
            .. Enumerable.Range(0, curves.Count).SelectMany(i => Enumerable.Range(i + 1, curves.Count - i - 1).Select(j => (i, j))),
        ];
        Interval[] Intervals(double[][] own, double[]? mean)
        {
            double[][] series = [.. own, .. mean is null ? []
                : new[] { mean }, .. pairs.Select(p => own[p.First].Zip(p.Second < 0 ? mean! : own[p.Second], (a, b) => a - b).ToArray())];
            return [.. Bootstrap.Ratios(series, [.. questions.Select(q => (double)q)], seed: seed)];
        }
        double[]? meanLosses = Mean(randomLosses), meanRight = Mean(randomRight);
        var (loss, accuracy) = (Intervals(losses, meanLosses), Intervals(right, meanRight));
        int singles = curves.Count + (random.Count == 0 ? 0 : 1);
        // The smaller the area, the farther from chance: the rank among the random ones, turned round.
        double[] p = [.. losses.Select(own => random.Count == 0 ? double.NaN
            : Permutation.PValue(1 / own.Sum(), [.. randomLosses.Select(r => 1 / r.Sum())]))], holm = MultipleTesting.Holm(p);
        return new PruningStudy(curves, random, [.. curves.Select((c, i) => new PruningArea(c.Name, loss[i], accuracy[i]))],
            random.Count == 0 ? null : new PruningArea(RandomOrders, loss[curves.Count], accuracy[curves.Count]),
            [.. pairs.Select((x, k) => new PruningComparison(curves[x.First].Name, x.Second < 0 ? RandomOrders
                : curves[x.Second].Name, loss[singles + k], accuracy[singles + k], x.Second < 0 ? p[x.First] : double.NaN, x.Second < 0
                ? holm[x.First] : double.NaN))]);
    }

    private static (double[][] Own, double[][] Random) PerItem(IReadOnlyList<PruningCurve> curves, IReadOnlyList<PruningCurve> random,
        Func<TaskScores, int, double> of) =>
        ([.. curves.Select(c => c.PerItem(of))], [.. random.Select(c => c.PerItem(of))]);

    private static double[]? Mean(double[][] rows) => rows.Length == 0 ? null
        : [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(r => r[i]))];
}
