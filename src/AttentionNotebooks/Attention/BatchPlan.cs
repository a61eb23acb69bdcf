namespace AttentionNotebooks.Attention;

/// <summary>
/// Which texts go through the model together. Texts of like length share a batch, so that little is padded. The plan
/// depends on the lengths alone, and shards take whole batches of it: a text sees the same batch, and so gives the
/// same bits, however many shards there are.
/// </summary>
public static class BatchPlan
{
    /// <summary>Deals texts into batches, shortest first.</summary>
    /// <param name="lengths">Tokens of each text.</param>
    /// <param name="options">Batch size and shard.</param>
    /// <returns>Batches of positions in <paramref name="lengths"/>.</returns>
    /// <exception cref="InputException">The shard is not one of the shards.</exception>
    public static IReadOnlyList<int[]> Of(IReadOnlyList<int> lengths, VisitOptions options)
    {
        if (options.Shards < 1 || options.Shard < 0 || options.Shard >= options.Shards)
            throw new InputException($"shard {options.Shard} of {options.Shards}", null, "does not exist", "Shards count from 0 and are fewer than their number");
        var all = new List<int[]>();
        var current = new List<int>();
        foreach (int text in Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i]))
        {
            // Sorted by length: the newcomer is the longest and sets the batch's T.
            if (current.Count > 0 && (current.Count + 1) * lengths[text] > options.TokensPerBatch)
            {
                all.Add([.. current]);
                current.Clear();
            }
            current.Add(text);
        }
        if (current.Count > 0) all.Add([.. current]);
        return [.. all.Where((_, i) => i % options.Shards == options.Shard).Skip(options.Skip)];
    }
}
