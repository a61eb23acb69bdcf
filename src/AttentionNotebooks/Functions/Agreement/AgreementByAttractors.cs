using System.Globalization;

namespace AttentionNotebooks;

/// <summary>How many nouns of the other number stand between subject and verb.</summary>
/// <param name="Least">At least so many.</param>
/// <param name="Most">At most so many; <see langword="null"/> for any number.</param>
public readonly record struct Attractors(int Least, int? Most)
{
    /// <summary>Whether an item is meant.</summary>
    public bool Holds(AgreementItem item) => item.Attractors >= Least && item.Attractors <= (Most ?? int.MaxValue);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Least}{(Most is null ? " or more" : "")}");
}

/// <summary>What agreement loses without a group of heads, at items with so many attractors.</summary>
/// <param name="Group">The name of the heads that were removed.</param>
/// <param name="Attractors">Which items.</param>
/// <param name="Before">How often the right form won in the untouched model.</param>
/// <param name="After">How often without the heads.</param>
/// <param name="Accuracy">The change of that share; below 0 where the heads help. Its interval is over items, before and after
/// together.</param>
/// <param name="Loss">The change of the cross-entropy of the choice, nats an item; above 0 where the heads help.</param>
/// <param name="BeyondPlain">
/// By how much the loss changes more here than at items without an attractor, nats an item: above 0 where the heads do for
/// attractors what plain sentences do not need. <see langword="null"/> for the plain sentences themselves, or without plain sentences.
/// </param>
/// <param name="PMore">Whether these heads matter more than random ones: the rank of their loss among that of the random groups, as a
/// p-value (the group counted as one draw); NaN without random groups.</param>
public sealed record AgreementEffect(string Group, Attractors Attractors, Proportion Before, Proportion After, Interval Accuracy,
    Interval Loss, Interval? BeyondPlain, double PMore);

/// <summary>
/// Which heads carry the agreement of subject and verb when a noun of the other number intervenes: the verb's number is
/// asked with and without a group of heads, and the changes are compared by the number of such nouns.
/// </summary>
/// <remarks>The question is that of Linzen et al. (2016) and Goldberg (2019), asked of groups of heads; intervals, the contrast with plain
/// sentences and the p-value are this kit's.</remarks>
public static class AgreementByAttractors
{
    /// <summary>Asks a model without groups of heads, such as the clusters of a clustering (<see cref="HeadGroups"/>), and without random
    /// groups of the same make.</summary>
    /// <param name="task">The items.</param>
    /// <param name="options">What is put in the heads' place, and the random groups; uniform maps, against 40, when omitted.</param>
    /// <param name="progress">Reports after each pass, in passes of the model over a batch.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>For each group in its order a row per number of attractors, and one for all numbers above 0 where there are
    /// several.</returns>
    /// <exception cref="InputException">A group has a head that the model lacks.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<AgreementEffect> Measure(VerbNumber task, IReadOnlyList<HeadGroup> groups, AblationOptions? options = null,
        IProgress<VisitProgress>? progress = null, CancellationToken cancellation = default)
    {
        var (how, grid) = (options ?? new AblationOptions(), task.Grid);
        IReadOnlyList<Head>[][] plan = [.. groups.Select(g =>
            (IReadOnlyList<Head>[])[g.Heads, .. RandomGroups.Like(grid, g.Heads, how.RandomGroups, how.Seed, how.Match)])];
        Ablation[] ablations = [.. plan.SelectMany(p => p)
            .Select(heads => new Ablation(grid, how.OnlyKept ? grid.All().Except(heads) : heads, how.Mode, how.Means))];
        var (before, after) = AblationScores.Run(task, ablations, progress: progress, cancellation: cancellation);
        int at = 0;
        return [.. groups.Zip(plan).SelectMany(g =>
        {
            var own = after[at];
            TaskScores[] random = [.. after.Skip(at + 1).Take(g.Second.Length - 1)];
            at += g.Second.Length;
            return Compare(task.Items, g.First.Name, before, own, random, how.OnlyKept, seed: how.Seed);
        })];
    }

    /// <summary>Compares answers that were given already.</summary>
    /// <param name="items">The items that were asked, in the scores' order.</param>
    /// <param name="group">The name of the heads that were removed.</param>
    /// <param name="before">The untouched model's scores.</param>
    /// <param name="after">Those without the heads.</param>
    /// <param name="random">Those without random groups of the same make, as a control; none unless given.</param>
    /// <param name="onlyKept">Whether the groups stayed and all other heads went: then a group matters more where the loss rises
    /// less.</param>
    /// <param name="draws">Draws of the intervals.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="ArgumentException">The scores are not of these items.</exception>
    public static IReadOnlyList<AgreementEffect> Compare(IReadOnlyList<AgreementItem> items, string group, TaskScores before,
        TaskScores after, IReadOnlyList<TaskScores>? random = null, bool onlyKept = false, int draws = Bootstrap.DefaultDraws, int seed = 0)
    {
        if (new[] { before, after }.Concat(random ?? []).Any(s => s.Correct.Length != items.Count))
            throw new ArgumentException($"scores are not of the {items.Count} items", nameof(items));
        int[] numbers = [.. items.Select(i => i.Attractors).Distinct().Order()];
        IEnumerable<Attractors> rows = numbers.Select(n => new Attractors(n, n));
        if (numbers.Count(n => n > 0) > 1) rows = rows.Append(new Attractors(1, null));
        int[] plain = Chosen(items, new Attractors(0, 0));
        int side = onlyKept ? -1 : 1;
        return [.. rows.Select(row =>
        {
            int[] at = Chosen(items, row);
            double[] losses = Losses(before, after, at), right = [.. at.Select(i => (double)(after.Correct[i] - before.Correct[i]))];
            return new AgreementEffect(group, row, Share(before, at), Share(after, at), Bootstrap.Mean(right, draws, seed: seed),
                Bootstrap.Mean(losses, draws, seed: seed),
                row.Least == 0 || plain.Length == 0 ? null
                    : Bootstrap.Compare(losses, Losses(before, after, plain), (here, there) => here.Average() - there.Average(), draws,
                        seed),
                random is null or [] ? double.NaN : (1 + random.Count(r => side * Losses(before, r, at)
                    .Average() >= side * losses.Average())) / (1.0 + random.Count));
        })];
    }

    private static int[] Chosen(IReadOnlyList<AgreementItem> items, Attractors which) =>
        [.. Enumerable.Range(0, items.Count).Where(i => which.Holds(items[i]))];

    private static Proportion Share(TaskScores scores, int[] at) => new(at.Sum(i => scores.Correct[i]), at.Length);

    private static double[] Losses(TaskScores before, TaskScores after, int[] at) =>
        [.. at.Select(i => after.Losses[i] - before.Losses[i])];
}
