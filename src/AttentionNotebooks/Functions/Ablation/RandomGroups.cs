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
/// Groups of heads drawn by chance, as a control: what taking out any heads of the same make does. Under the hypothesis that
/// it does not matter which heads they are, the group itself is one such draw, so draws may hit it too.
/// </summary>
public static class RandomGroups
{
    /// <summary>Draws groups.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="group">The group to match.</param>
    /// <param name="draws">How many; draws may repeat one another.</param>
    /// <param name="seed">Decides them, together with the group's heads.</param>
    /// <param name="match">In what they are alike.</param>
    /// <returns>The draws; none where the group is the only one of its make, as a whole layer is.</returns>
    /// <exception cref="InputException">The model has no such head.</exception>
    public static IReadOnlyList<IReadOnlyList<Head>> Like(HeadGrid grid, IReadOnlyCollection<Head> group, int draws, int seed,
        GroupMatch match = GroupMatch.Layers)
    {
        int[] positions = [.. group.Select(grid.PositionOf).Distinct().Order()];
        // Where to draw from, and how many.
        (int[] From, int Take)[] pools = match == GroupMatch.Size
            ? [([.. Enumerable.Range(0, grid.Count)], positions.Length)]
            : [.. positions.GroupBy(p => p / grid.Heads)
                .Select(g => (Enumerable.Range(g.Key * grid.Heads, grid.Heads).ToArray(), g.Count()))];
        if (pools.All(p => p.Take == p.From.Length)) return [];
        // The group's own seed, so that what it is compared with does not depend on the groups beside it.
        var random = new Random(positions.Aggregate(seed, (hash, p) => unchecked(hash * 1_000_003 + p)));
        return [.. Enumerable.Range(0, draws).Select(_ =>
            (IReadOnlyList<Head>)[.. pools.SelectMany(p => Drawn(p.From, p.Take, random)).Order().Select(p => grid[p])])];
    }

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
