namespace AttentionNotebooks.Cli.Verbs;

/// <summary>Fewer items than a file holds.</summary>
internal static class Sample
{
    /// <summary>So many items at even distances over all, in their order: item i·n/N of n, for i below N. All where there are no more.</summary>
    public static T[] Evenly<T>(this IReadOnlyList<T> all, int count) =>
        count >= all.Count ? [.. all] : [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])];
}
