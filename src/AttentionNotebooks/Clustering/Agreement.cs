using MathNet.Numerics;

namespace AttentionNotebooks;

/// <summary>How far two partitions of the same heads agree: corrected for chance, so that more clusters do not agree by number
/// alone.</summary>
public static class Agreement
{
    /// <summary>
    /// Adjusted mutual information: (I − E[I]) / (mean of the two entropies − E[I]), with the expectation over partitions of
    /// the same sizes. 1 where they agree, 0 on average by chance. Vinh, Epps and Bailey 2010.
    /// </summary>
    /// <param name="a">Labels.</param>
    /// <param name="b">Labels.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double AdjustedMutualInformation(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        RequireSame(a, b);
        int n = a.Count;
        int[] rows = [.. a.GroupBy(l => l).Select(g => g.Count())], columns = [.. b.GroupBy(l => l).Select(g => g.Count())];
        if (rows.Length == 1 && columns.Length == 1 || rows.Length == n && columns.Length == n) return 1;
        var sizesA = a.GroupBy(l => l).ToDictionary(g => g.Key, g => g.Count());
        var sizesB = b.GroupBy(l => l).ToDictionary(g => g.Key, g => g.Count());
        double information = a.Zip(b).GroupBy(p => p)
            .Sum(g => g.Count() / (double)n * Math.Log((double)n * g.Count() / ((double)sizesA[g.Key.First] * sizesB[g.Key.Second])));
        double Entropy(int[] sizes) => -sizes.Sum(s => s / (double)n * Math.Log(s / (double)n));
        double expected = ExpectedInformation(rows, columns, n), mean = (Entropy(rows) + Entropy(columns)) / 2;
        return Math.Abs(mean - expected) < 1e-15 ? 0 : (information - expected) / (mean - expected);
    }

    /// <summary>
    /// Renumbers a partition so that as many heads as possible carry the label that they have in another: the best of all
    /// pairings of clusters (Kuhn 1955, Munkres 1957).
    /// </summary>
    /// <param name="labels">The partition to renumber.</param>
    /// <param name="reference">The partition whose numbers it takes.</param>
    /// <returns>The labels; clusters without a partner get numbers that the reference does not use.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static int[] Match(IReadOnlyList<int> labels, IReadOnlyList<int> reference)
    {
        RequireSame(labels, reference);
        int size = Math.Max(labels.Max(), reference.Max()) + 1;
        var common = new double[size, size];
        for (int i = 0; i < labels.Count; i++) common[labels[i], reference[i]]--; // least cost is most in common
        int[] partner = Assignment.Least(common);
        return [.. labels.Select(l => partner[l])];
    }

    private static void RequireSame(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        if (a.Count != b.Count) throw new ArgumentException($"the partitions have different lengths, {a.Count} and {b.Count}", nameof(b));
    }

    // Over all cells and all counts that a cell can have, under the hypergeometric law of fixed row and column sums.
    private static double ExpectedInformation(int[] rows, int[] columns, int n)
    {
        double Ln(int x) => SpecialFunctions.FactorialLn(x);
        double expected = 0;
        foreach (int a in rows)
            foreach (int b in columns)
                for (int both = Math.Max(1, a + b - n); both <= Math.Min(a, b); both++)
                    expected += both / (double)n * Math.Log((double)n * both / ((double)a * b))
                        * Math.Exp(Ln(a) + Ln(b) + Ln(n - a) + Ln(n - b) - Ln(n) - Ln(both) - Ln(a - both) - Ln(b - both)
                            - Ln(n - a - b + both));
        return expected;
    }
}
