namespace AttentionNotebooks;

/// <summary>Two ways to sort the same heads, counted against one another: clusters against layers, classes or other clusters.</summary>
/// <param name="Rows">The names of the rows.</param>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Counts">Heads, <c>[rows, columns]</c>.</param>
/// <param name="CramersV">Strength of the association, from 0 (none) to 1 (one decides the other): √(χ²/(n·(min(r, c) − 1))), Cramér 1946;
/// NaN with a single row or column.</param>
/// <param name="ExpectedV">The mean V over shufflings: what chance gives, which is above 0.</param>
/// <param name="PValue">Share of shufflings with a V at least as large, with + 1 above and below; NaN where both sortings look at the same
/// columns (<see cref="Shared"/>), because then it would say nothing.</param>
public sealed record Contingency(IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, int[,] Counts, double CramersV,
    double ExpectedV, double PValue)
{
    /// <summary>
    /// Columns that both sortings are made from. Where there are any, V is an overlap of two rules and no evidence for either: two rules
    /// on the same columns must agree to some degree, whatever the heads do. Only equal names are noticed: <c>globalness</c> is entropy
    /// once more, and <c>local_2</c> and <c>mean_distance</c> say in part the same as shares on neighbours. So a small p with them is no
    /// independent evidence either.
    /// </summary>
    public IReadOnlyList<string> Shared { get; private init; } = [];

    /// <summary>Counts two sortings of the same heads, and shuffles one of them against the other.</summary>
    /// <param name="rows">Per head, its row's name.</param>
    /// <param name="columns">Per head, its column's name.</param>
    /// <param name="shuffles">How many shufflings.</param>
    /// <param name="seed">Decides them.</param>
    /// <param name="shared">Columns of the head table that both sortings are made from; none when omitted.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is no head.</exception>
    public static Contingency Compute(IReadOnlyList<string> rows, IReadOnlyList<string> columns, int shuffles = 999, int seed = 0,
        IReadOnlyList<string>? shared = null)
    {
        if (rows.Count != columns.Count || rows.Count == 0)
            throw new ArgumentException($"{rows.Count} and {columns.Count} heads", nameof(columns));
        string[] rowNames = [.. rows.Distinct()], columnNames = [.. columns.Distinct()];
        int[] a = [.. rows.Select(r => Array.IndexOf(rowNames, r))], b = [.. columns.Select(c => Array.IndexOf(columnNames, c))];
        var counts = Count(a, b, rowNames.Length, columnNames.Length);
        double v = V(counts);
        var random = new Random(seed);
        var chance = new double[shuffles];
        for (int s = 0; s < shuffles; s++)
        {
            random.Shuffle(b);
            chance[s] = V(Count(a, b, rowNames.Length, columnNames.Length));
        }
        return new Contingency(rowNames, columnNames, counts, v, shuffles == 0 ? double.NaN
            : chance.Average(), shared is { Count: > 0 } ? double.NaN : Permutation.PValue(v, chance))
        { Shared = shared ?? [] };
    }

    private static int[,] Count(int[] a, int[] b, int rows, int columns)
    {
        var counts = new int[rows, columns];
        for (int i = 0; i < a.Length; i++) counts[a[i], b[i]]++;
        return counts;
    }

    private static double V(int[,] counts)
    {
        int r = counts.GetLength(0), c = counts.GetLength(1);
        if (r < 2 || c < 2) return double.NaN;
        var rowSums = new double[r];
        var columnSums = new double[c];
        double n = 0, chi = 0;
        for (int i = 0; i < r; i++)
            for (int j = 0; j < c; j++)
                (rowSums[i], columnSums[j], n) = (rowSums[i] + counts[i, j], columnSums[j] + counts[i, j], n + counts[i, j]);
        for (int i = 0; i < r; i++)
            for (int j = 0; j < c; j++)
            {
                double expected = rowSums[i] * columnSums[j] / n;
                chi += (counts[i, j] - expected) * (counts[i, j] - expected) / expected;
            }
        return Math.Sqrt(chi / (n * (Math.Min(r, c) - 1)));
    }
}
