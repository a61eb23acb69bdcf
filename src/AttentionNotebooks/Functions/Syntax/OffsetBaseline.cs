namespace AttentionNotebooks;

/// <summary>What a fixed offset finds: always the word so many to the right.</summary>
internal static class OffsetBaseline
{
    /// <summary>How far the near baseline looks to either side, in words.</summary>
    public const int Near = 3;

    /// <summary>The offset that finds most heads among some words; of those as good, the nearest, and of these the one to the
    /// left.</summary>
    /// <param name="hits">The treebank.</param>
    /// <param name="farthest">No offset is farther away than this.</param>
    public static int Best(DependencyHits hits, BitSet words, int farthest = int.MaxValue) =>
        Enumerable.Range(0, hits.Offsets.Length).Where(i => words[i] && Math.Abs(hits.Offsets[i]) <= farthest && hits.Offsets[i] != 0)
        .GroupBy(i => hits.Offsets[i])
            .OrderByDescending(g => g.Count()).ThenBy(g => Math.Abs(g.Key)).ThenBy(g => g.Key).FirstOrDefault()?.Key ?? 1;

    /// <summary>The words among some whose head is at an offset.</summary>
    public static BitSet Hits(DependencyHits hits, BitSet words, int offset) =>
        BitSet.Where(hits.Offsets.Length, i => words[i] && hits.Offsets[i] == offset);
}
