namespace AttentionNotebooks;

/// <summary>In what random groups are like the group that they are compared with.</summary>
public enum GroupMatch
{
    /// <summary>As many heads from every layer.</summary>
    Layers,

    /// <summary>As many heads in all, from anywhere.</summary>
    Size,
}

/// <summary>
/// Groups of heads drawn by chance, as a control: what taking out any heads of the same make does. All are different, and none is the
/// group itself. Under the hypothesis that it does not matter which heads they are, the group is one of them like every other, so that its
/// rank gives an exact p-value.
/// </summary>
public static class RandomGroups
{
    /// <summary>How many different groups of a make there are, the group itself among them.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="group">The group to match.</param>
    /// <param name="match">In what they are alike.</param>
    /// <exception cref="InputException">The model has no such head.</exception>
    public static double Count(HeadGrid grid, IReadOnlyCollection<Head> group, GroupMatch match = GroupMatch.Layers) =>
        Pools(grid, [.. group.Select(grid.PositionOf).Distinct()], match).Aggregate(1.0, (ways, p) => ways * Choose(p.From.Length, p.Take));

    /// <summary>Draws groups.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="group">The group to match.</param>
    /// <param name="draws">How many; where there are no more than that, each once.</param>
    /// <param name="seed">Decides them, together with the group's heads.</param>
    /// <param name="match">In what they are alike.</param>
    /// <returns>Different groups; none where the group is the only one of its make, as a whole layer is.</returns>
    /// <exception cref="InputException">The model has no such head.</exception>
    public static IReadOnlyList<IReadOnlyList<Head>> Like(HeadGrid grid, IReadOnlyCollection<Head> group, int draws, int seed,
        GroupMatch match = GroupMatch.Layers)
    {
        int[] positions = [.. group.Select(grid.PositionOf).Distinct().Order()];
        var pools = Pools(grid, positions, match);
        double others = Count(grid, group, match) - 1;
        if (others < 1) return [];
        var seen = new HashSet<string> { Key(positions) };
        var found = new List<int[]>();
        if (others <= draws)
            foreach (int[] heads in All(pools)) Take(heads);
        // The group's own seed, so that what it is compared with does not depend on the groups beside it.
        var random = new Random(positions.Aggregate(seed, (hash, p) => unchecked(hash * 1_000_003 + p)));
        while (found.Count < Math.Min(draws, others))
            Take([.. pools.SelectMany(p => Drawn(p.From, p.Take, random)).Order()]);
        return [.. found.Select(heads => (IReadOnlyList<Head>)[.. heads.Select(p => grid[p])])];

        void Take(int[] heads)
        {
            if (seen.Add(Key(heads))) found.Add(heads);
        }
    }

    // Where to draw from, and how many.
    private static (int[] From, int Take)[] Pools(HeadGrid grid, int[] positions, GroupMatch match) => match == GroupMatch.Size
        ? [([.. Enumerable.Range(0, grid.Count)], positions.Length)]
        : [.. positions.GroupBy(p => p / grid.Heads).OrderBy(g => g.Key)
            .Select(g => (Enumerable.Range(g.Key * grid.Heads, grid.Heads).ToArray(), g.Count()))];

    private static string Key(int[] sorted) => string.Join(' ', sorted);

    private static double Choose(int from, int take) =>
        Math.Round(Enumerable.Range(1, take).Aggregate(1.0, (ways, i) => ways * (from - take + i) / i));

    private static IEnumerable<int[]> All(IEnumerable<(int[] From, int Take)> pools) => pools.Aggregate((IEnumerable<int[]>)[[]],
        (so, pool) => so.SelectMany(heads => Subsets(pool.From, pool.Take).Select(more => (int[])[.. heads, .. more])));

    private static IEnumerable<int[]> Subsets(int[] from, int take) => take == 0 ? [[]]
        : Enumerable.Range(0, from.Length - take + 1)
            .SelectMany(i => Subsets(from[(i + 1)..], take - 1).Select(rest => (int[])[from[i], .. rest]));

    // Fisher and Yates, as far as needed.
    private static int[] Drawn(int[] from, int take, Random random)
    {
        int[] cards = [.. from];
        for (int i = 0; i < take; i++)
        {
            int other = random.Next(i, cards.Length);
            (cards[i], cards[other]) = (cards[other], cards[i]);
        }
        return cards[..take];
    }
}
