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
/// Groups of heads drawn by chance, as a control: what taking out any heads of the same make does. A draw shuffles the heads, and a group
/// becomes the heads that come into its places. All groups see the same shufflings, so that they can be corrected together
/// (<see cref="WestfallYoung"/>). Under the hypothesis that it does not matter which heads they are, the group itself is one such draw,
/// so draws may hit it too.
/// </summary>
public static class RandomGroups
{
    /// <summary>How many different groups of a make there are, the group itself among them.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="group">The group to match.</param>
    /// <param name="match">In what they are alike.</param>
    /// <exception cref="InputException">The model has no such head.</exception>
    public static double Count(HeadGrid grid, IReadOnlyCollection<Head> group, GroupMatch match = GroupMatch.Layers)
    {
        int[] positions = [.. group.Select(grid.PositionOf).Distinct()];
        return match == GroupMatch.Size ? Choose(grid.Count, positions.Length)
            : positions.GroupBy(p => p / grid.Heads).Aggregate(1.0, (ways, layer) => ways * Choose(grid.Heads, layer.Count()));
    }

    /// <summary>Draws groups.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="group">The group to match.</param>
    /// <param name="draws">How many; draws may repeat one another.</param>
    /// <param name="seed">Decides the shufflings: draw d of every group is of the same one.</param>
    /// <param name="match">In what they are alike.</param>
    /// <returns>The draws; none where the group is the only one of its make, as a whole layer is.</returns>
    /// <exception cref="InputException">The model has no such head.</exception>
    public static IReadOnlyList<IReadOnlyList<Head>> Like(HeadGrid grid, IReadOnlyCollection<Head> group, int draws, int seed,
        GroupMatch match = GroupMatch.Layers)
    {
        int[] positions = [.. group.Select(grid.PositionOf).Distinct()];
        if (Count(grid, group, match) <= 1) return [];
        var random = new Random(seed);
        return [.. Enumerable.Range(0, draws).Select(_ =>
        {
            int[] order = match == GroupMatch.Layers ? Permutation.WithinLayers(grid, random) : Permutation.Of(grid.Count, random);
            return (IReadOnlyList<Head>)[.. positions.Select(p => order[p]).Order().Select(p => grid[p])];
        })];
    }

    private static double Choose(int from, int take) =>
        Math.Round(Enumerable.Range(1, take).Aggregate(1.0, (ways, i) => ways * (from - take + i) / i));
}
