namespace AttentionNotebooks.Tests.Clustering.Comparison;

/// <summary>Head tables of models that do not exist.</summary>
internal static class Tables
{
    /// <summary>4 × 12 heads with one property that is drawn at random, more of it in deep layers, and three features that follow from
    /// it but for some noise: two tables of different seeds are unrelated, and yet lie along one line.</summary>
    public static HeadTable Forced(int seed)
    {
        var random = new Random(seed);
        var grid = new HeadGrid(4, 12);
        double Noise() => 0.2 * random.NextDouble();
        double[] x = [.. grid.All().Select(h => 0.3 * h.Layer + random.NextDouble())];
        return new HeadTable(grid, ["x", "y", "z"], [x, [.. x.Select(v => Noise() - v)], [.. x.Select(v => Noise() + v * v)]]);
    }
}
