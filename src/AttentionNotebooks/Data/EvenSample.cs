namespace AttentionNotebooks;

/// <summary>Fewer items than a file holds: what <c>--limit</c> means everywhere.</summary>
public static class EvenSample
{
    /// <summary>
    /// So many items at even distances over all, in their order: item i·n/N of n, for i below N. All of them where there are no more.
    /// </summary>
    /// <param name="all">The items; files are often sorted, so that their first N would be no sample.</param>
    /// <param name="count">N, at least 1.</param>
    public static T[] Evenly<T>(this IReadOnlyList<T> all, int count) =>
        count >= all.Count ? [.. all] : [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])];
}
