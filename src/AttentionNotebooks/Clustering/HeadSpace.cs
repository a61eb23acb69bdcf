namespace AttentionNotebooks;

/// <summary>What heads are clustered on: points in feature space, the distances between them, or both. Immutable, checked when
/// made.</summary>
public sealed class HeadSpace
{
    private readonly double[][]? _points;
    private readonly Lazy<double[,]> _distances;
    private readonly Lazy<int> _different;

    private HeadSpace(double[][]? points, double[,]? distances)
    {
        _points = points;
        Given = distances is not null;
        Count = points?.Length ?? distances!.GetLength(0);
        _distances = new(() => distances ?? Euclidean(points!));
        _different = new(() => Given ? CountApart(_distances.Value) : KMeans.CountDifferent(_points!));
    }

    /// <summary>Heads as points; their distances are Euclidean.</summary>
    /// <param name="points"><c>[heads][features]</c>.</param>
    /// <exception cref="InputException">There is no head, or a value is not finite.</exception>
    public static HeadSpace OfPoints(double[][] points)
    {
        RequirePoints(points);
        return new HeadSpace(points, null);
    }

    /// <summary>Heads by their distances, such as those that <c>attn distances</c> computes from the maps themselves.</summary>
    /// <param name="distances"><c>[heads, heads]</c>: symmetric, not negative, 0 on the diagonal.</param>
    /// <param name="points">The same heads as points, <c>[heads][features]</c>, for indices that need them.</param>
    /// <exception cref="InputException">It is no such matrix, or the points are not of as many heads.</exception>
    public static HeadSpace OfDistances(double[,] distances, double[][]? points = null)
    {
        int n = distances.GetLength(0);
        InputException Bad(string? place, string problem) => new("head distances", place, problem, "Compute them with attn distances");
        if (n == 0 || distances.GetLength(1) != n) throw Bad(null, $"are a {n} × {distances.GetLength(1)} matrix, which is not square");
        double largest = distances.Cast<double>().Max(Math.Abs);
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                double d = distances[i, j];
                if (!double.IsFinite(d) || d < 0) throw Bad($"row {i}, column {j}", FormattableString.Invariant($"is {d}"));
                if (i == j && d > 1e-9 * largest)
                    throw Bad($"row {i}", FormattableString.Invariant($"has {d} on the diagonal, where a head's distance to itself is 0"));
                if (Math.Abs(d - distances[j, i]) > 1e-9 * largest) throw Bad($"row {i}, column {j}", "differs from its mirror image");
            }
        if (points is not null)
        {
            RequirePoints(points);
            if (points.Length != n) throw Bad(null, $"are of {n} heads, and the table has {points.Length}");
        }
        return new HeadSpace(points, distances);
    }

    /// <summary>Number of heads.</summary>
    public int Count { get; }

    /// <summary>Whether the distances were given, instead of taken from the points.</summary>
    public bool Given { get; }

    /// <summary>The points, <c>[heads][features]</c>, or <see langword="null"/> where only distances are known.</summary>
    public double[][]? Points => _points;

    /// <summary>The distances, <c>[heads, heads]</c>. Not a copy: do not write to it.</summary>
    public double[,] Distances => _distances.Value;

    /// <summary>How many of the heads differ from one another: there can be no more clusters.</summary>
    public int Different => _different.Value;

    /// <summary>The points, for an algorithm that moves centres about in their space.</summary>
    /// <param name="algorithm">Its name, for the error.</param>
    /// <exception cref="InputException">Only distances are known, or distances of another kind are to be clustered on.</exception>
    public double[][] PointsFor(string algorithm) => _points is not null && !Given
        ? _points
        : throw new InputException($"algorithm {algorithm}", null, "works on features, not on given distances",
            "Leave the distances out, or choose average, complete, kmedoids or spectral");

    /// <summary>Checks that the heads can be put into k clusters.</summary>
    /// <param name="k">The number of clusters.</param>
    /// <exception cref="InputException">k is less than 1, or more than the heads or than those of them that differ.</exception>
    public void RequireClusters(int k)
    {
        if (k < 1) throw new InputException($"k = {k}", null, "is not a number of clusters", "Choose k from 1 to the number of heads");
        if (k > Count) throw new InputException($"k = {k}", null, $"is more than the {Count} heads there are", "Choose a smaller k");
        if (k > Different)
            throw new InputException($"k = {k}", null, $"is more than the {Different} heads that differ in these features",
                "Choose a smaller k or more features");
    }

    /// <summary>Some of the heads; one may be named repeatedly.</summary>
    /// <param name="heads">Their positions.</param>
    public HeadSpace Subset(IReadOnlyList<int> heads)
    {
        double[][]? points = _points is null ? null : [.. heads.Select(h => _points[h])];
        if (!Given) return new HeadSpace(points, null);
        var d = new double[heads.Count, heads.Count];
        for (int i = 0; i < heads.Count; i++)
            for (int j = 0; j < heads.Count; j++) d[i, j] = Distances[heads[i], heads[j]];
        return new HeadSpace(points, d);
    }

    /// <summary>Euclidean distances of all pairs.</summary>
    /// <param name="points"><c>[n][dimensions]</c>.</param>
    internal static double[,] Euclidean(double[][] points)
    {
        int n = points.Length;
        var d = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) d[i, j] = d[j, i] = Math.Sqrt(KMeans.SquaredDistance(points[i], points[j]));
        return d;
    }

    private static void RequirePoints(double[][] points)
    {
        if (points.Length == 0 || points[0].Length == 0)
            throw new InputException("heads", null, "there is nothing to cluster", "Give at least one head and one feature");
        for (int i = 0; i < points.Length; i++)
            if (points[i].Any(v => !double.IsFinite(v)))
                throw new InputException($"head at position {i}", null, "has a feature that is NaN or infinite",
                    "Leave the feature out, or repair the table");
    }

    // Heads at distance 0 of one another are alike; counted one by one against those already found to differ.
    private static int CountApart(double[,] d)
    {
        var kept = new List<int>();
        for (int i = 0; i < d.GetLength(0); i++)
            if (kept.All(j => d[i, j] > 0)) kept.Add(i);
        return kept.Count;
    }
}
