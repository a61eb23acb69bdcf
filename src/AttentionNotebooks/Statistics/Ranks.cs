namespace AttentionNotebooks;

/// <summary>Ranks of a sample.</summary>
internal static class Ranks
{
    /// <summary>Mid-ranks from 0: equal values share the mean of their ranks.</summary>
    /// <param name="values">Finite values.</param>
    /// <returns>One rank per value, in the order of the values.</returns>
    public static double[] Of(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        var ranks = new double[values.Count];
        for (int i = 0; i < order.Length;)
        {
            int end = i;
            while (end + 1 < order.Length && values[order[end + 1]] == values[order[i]]) end++;
            for (int k = i; k <= end; k++) ranks[order[k]] = (i + end) / 2.0;
            i = end + 1;
        }
        return ranks;
    }
}
