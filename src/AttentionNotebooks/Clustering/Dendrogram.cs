namespace AttentionNotebooks;

/// <summary>How far apart two groups of heads are.</summary>
public enum Linkage
{
    /// <summary>By how much joining them raises the sum of squares; Euclidean points only.</summary>
    Ward,

    /// <summary>The mean distance between their members.</summary>
    Average,

    /// <summary>The largest distance between their members.</summary>
    Complete,
}

/// <summary>One step of agglomeration.</summary>
/// <param name="First">A head (0 … n − 1) or the group of an earlier step (n + its number).</param>
/// <param name="Second">The other one; the larger number of the two.</param>
/// <param name="Height">Their distance by the linkage; for Ward, √(2·Δ) with the growth Δ of the sum of squares.</param>
/// <param name="Size">Heads in the joined group.</param>
public sealed record Merge(int First, int Second, double Height, int Size);

/// <summary>
/// Agglomerative clustering, kept whole: the tree of joined groups, from which every k can be cut. Lance and Williams
/// 1967; deterministic, ties go to the pair that comes first.
/// </summary>
/// <param name="Linkage">How groups were compared.</param>
/// <param name="Merges">The n − 1 steps in their order.</param>
public sealed record Dendrogram(Linkage Linkage, IReadOnlyList<Merge> Merges)
{
    /// <summary>Joins the two nearest groups until one is left.</summary>
    /// <param name="heads">Points or distances.</param>
    /// <param name="linkage">How groups are compared.</param>
    public static Dendrogram Of(HeadSpace heads, Linkage linkage)
    {
        int n = heads.Count;
        var d = (double[,])heads.Distances.Clone();
        if (linkage == Linkage.Ward)
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) d[i, j] *= d[i, j];
        int[] id = [.. Enumerable.Range(0, n)], size = [.. Enumerable.Repeat(1, n)];
        var alive = Enumerable.Range(0, n).ToList();
        var merges = new List<Merge>();
        while (alive.Count > 1)
        {
            var (a, b) = Nearest(d, alive);
            double height = linkage == Linkage.Ward ? Math.Sqrt(d[a, b]) : d[a, b];
            merges.Add(new Merge(Math.Min(id[a], id[b]), Math.Max(id[a], id[b]), height, size[a] + size[b]));
            foreach (int c in alive)
                if (c != a && c != b) d[a, c] = d[c, a] = Joined(linkage, d[a, c], d[b, c], d[a, b], size[a], size[b], size[c]);
            size[a] += size[b];
            id[a] = n + merges.Count - 1;
            alive.Remove(b);
        }
        return new Dendrogram(linkage, merges);
    }

    /// <summary>The partition into k groups.</summary>
    /// <param name="k">From 1 to the number of heads.</param>
    /// <returns>Per head a label from 0 to k − 1, numbered in the order of their first heads.</returns>
    /// <exception cref="InputException">k does not fit the heads.</exception>
    public int[] Cut(int k)
    {
        int n = Merges.Count + 1;
        if (k < 1 || k > n) throw new InputException($"k = {k}", null, $"is no cut of a tree of {n} heads", $"Choose k from 1 to {n}");
        int[] group = [.. Enumerable.Range(0, n)];
        for (int m = 0; m < n - k; m++)
            for (int i = 0; i < n; i++)
                if (group[i] == Merges[m].First || group[i] == Merges[m].Second) group[i] = n + m;
        var order = group.Distinct().ToList();
        return [.. group.Select(g => order.IndexOf(g))];
    }

    private static (int A, int B) Nearest(double[,] d, List<int> alive)
    {
        (int A, int B) best = (alive[0], alive[1]);
        for (int i = 0; i < alive.Count; i++)
            for (int j = i + 1; j < alive.Count; j++)
                if (d[alive[i], alive[j]] < d[best.A, best.B]) best = (alive[i], alive[j]);
        return best;
    }

    // Lance and Williams' formula: the distance of c from the union of a and b. For Ward the distances are squared.
    private static double Joined(Linkage linkage, double ac, double bc, double ab, int a, int b, int c) => linkage switch
    {
        Linkage.Ward => ((a + c) * ac + (b + c) * bc - c * ab) / (a + b + c),
        Linkage.Average => (a * ac + b * bc) / (a + b),
        _ => Math.Max(ac, bc),
    };
}
