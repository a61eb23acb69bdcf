namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>The assignment with the least costs, of as many rows as columns or not.</summary>
public class AssignmentTests
{
    [Theory]
    [InlineData(1, 1), InlineData(2, 2), InlineData(5, 5), InlineData(6, 6), InlineData(3, 6), InlineData(6, 3), InlineData(1, 5),
        InlineData(5, 1)]
    public void No_other_assignment_costs_less(int rows, int columns)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var cost = new double[rows, columns];
            // Whole numbers, so that ties occur, and some below 0.
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < columns; c++) cost[r, c] = random.Next(-3, 8);
            int[] found = Assignment.LeastOfAny(cost);
            int[] used = [.. found.Where(c => c >= 0)];
            Assert.Equal(Math.Min(rows, columns), used.Length);
            Assert.Equal(used.Length, used.Distinct().Count());
            Assert.Equal(Least(cost, 0, []), found.Select((c, r) => c < 0 ? 0 : cost[r, c]).Sum(), 1e-9);
        }
    }

    // Tries all: each row takes a free column, or none where rows are too many.
    private static double Least(double[,] cost, int row, HashSet<int> taken)
    {
        int rows = cost.GetLength(0), columns = cost.GetLength(1);
        if (row == rows) return 0;
        double least = rows - row > columns - taken.Count ? Least(cost, row + 1, taken) : double.PositiveInfinity;
        for (int c = 0; c < columns; c++)
        {
            if (!taken.Add(c)) continue;
            least = Math.Min(least, cost[row, c] + Least(cost, row + 1, taken));
            taken.Remove(c);
        }
        return least;
    }
}
