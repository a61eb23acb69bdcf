namespace AttentionNotebooks.Charts;

/// <summary>The convex hull of points in the plane (Andrew's monotone chain, 1979).</summary>
internal static class ConvexHull
{
    /// <summary>The corners, counter-clockwise, none on a straight line between its neighbours.</summary>
    /// <param name="points">Points <c>[n][2]</c>; those that are not finite are left out.</param>
    public static double[][] Of(IEnumerable<double[]> points)
    {
        double[][] sorted = [.. points.Where(p => double.IsFinite(p[0]) && double.IsFinite(p[1])).DistinctBy(p => (p[0], p[1]))
            .OrderBy(p => p[0]).ThenBy(p => p[1])];
        return sorted.Length < 3 ? sorted : [.. Chain(sorted), .. Chain(sorted.Reverse())];
    }

    // One side of the hull without its last corner, which is the first one of the other side.
    private static List<double[]> Chain(IEnumerable<double[]> points)
    {
        var chain = new List<double[]>();
        foreach (var p in points)
        {
            while (chain.Count >= 2 && Turn(chain[^2], chain[^1], p) <= 0) chain.RemoveAt(chain.Count - 1);
            chain.Add(p);
        }
        chain.RemoveAt(chain.Count - 1);
        return chain;
    }

    // Positive where a → b → c turns left.
    private static double Turn(double[] a, double[] b, double[] c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
