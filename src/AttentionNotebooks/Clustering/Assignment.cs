namespace AttentionNotebooks;

/// <summary>The assignment problem: to each row a column of its own so that the costs are least (Kuhn 1955; O(n³) by shortest augmenting
/// paths, Jonker and Volgenant 1987).</summary>
internal static class Assignment
{
    /// <summary>The best assignment of as many rows as columns allow, or the other way round.</summary>
    /// <param name="cost"><c>[rows, columns]</c>, finite.</param>
    /// <returns>Per row, its column; −1 for the rows that get none because there are fewer columns.</returns>
    public static int[] LeastOfAny(double[,] cost)
    {
        int rows = cost.GetLength(0), columns = cost.GetLength(1), n = Math.Max(rows, columns);
        // Rows or columns that are not there cost the same with every partner, so they do not change who is whose.
        var square = new double[n, n];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) square[r, c] = cost[r, c];
        return [.. Least(square).Take(rows).Select(c => c < columns ? c : -1)];
    }

    /// <summary>The best assignment.</summary>
    /// <param name="cost"><c>[n, n]</c>, finite.</param>
    /// <returns>Per row, its column.</returns>
    public static int[] Least(double[,] cost)
    {
        int n = cost.GetLength(0);
        double[] rowPrice = new double[n + 1], columnPrice = new double[n + 1];
        int[] rowOf = new int[n + 1], from = new int[n + 1]; // counted from 1; 0 is "none"
        for (int row = 1; row <= n; row++)
        {
            // The shortest path from the new row to a free column, over the columns taken so far.
            rowOf[0] = row;
            int at = 0;
            var least = Enumerable.Repeat(double.PositiveInfinity, n + 1).ToArray();
            var seen = new bool[n + 1];
            do
            {
                seen[at] = true;
                int current = rowOf[at], next = 0;
                double step = double.PositiveInfinity;
                for (int c = 1; c <= n; c++)
                {
                    if (seen[c]) continue;
                    double reduced = cost[current - 1, c - 1] - rowPrice[current] - columnPrice[c];
                    if (reduced < least[c]) (least[c], from[c]) = (reduced, at);
                    if (least[c] < step) (step, next) = (least[c], c);
                }
                for (int c = 0; c <= n; c++)
                    if (seen[c]) (rowPrice[rowOf[c]], columnPrice[c]) = (rowPrice[rowOf[c]] + step, columnPrice[c] - step);
                    else least[c] -= step;
                at = next;
            } while (rowOf[at] != 0);
            for (; at != 0; at = from[at]) rowOf[at] = rowOf[from[at]];
        }
        var column = new int[n];
        for (int c = 1; c <= n; c++) column[rowOf[c] - 1] = c - 1;
        return column;
    }
}
