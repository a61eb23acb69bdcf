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

    /// <summary>
    /// So many items, each class in its share (largest remainder, but one item at least) and taken evenly over its own items, in the order
    /// of all. All of them where there are no more.
    /// </summary>
    /// <param name="all">The items; files often alternate their classes, so that every second item would be of one class.</param>
    /// <param name="count">How many, at least one for each class.</param>
    /// <param name="classOf">The class of an item, a number.</param>
    /// <exception cref="InputException">There are more classes than items to take.</exception>
    public static T[] Evenly<T>(this IReadOnlyList<T> all, int count, Func<T, int> classOf)
    {
        if (count >= all.Count) return [.. all];
        int[][] classes = [.. Enumerable.Range(0, all.Count).GroupBy(i => classOf(all[i])).OrderBy(g => g.Key).Select(g => g.ToArray())];
        if (count < classes.Length)
            throw new InputException("the number of items to take", null, $"is {count}, but the items are of {classes.Length} classes",
                $"Take {classes.Length} or more, so that each class has one (--limit)");
        double[] shares = [.. classes.Select(c => (double)count * c.Length / all.Count)];
        int[] taken = [.. shares.Select(s => Math.Max(1, (int)s))];
        int[] numbers = [.. Enumerable.Range(0, classes.Length)];
        while (taken.Sum() < count) taken[numbers.MaxBy(c => shares[c] - taken[c])]++;
        while (taken.Sum() > count) taken[numbers.Where(c => taken[c] > 1).MaxBy(c => taken[c] - shares[c])]--;
        return [.. classes.SelectMany((c, k) => c.Evenly(taken[k])).Order().Select(i => all[i])];
    }
}
