namespace AttentionNotebooks;

/// <summary>A partition around heads of its own.</summary>
/// <param name="Labels">Per head, its cluster.</param>
/// <param name="Medoids">Per cluster, the position of the head at its centre.</param>
/// <param name="Cost">Sum over heads of the distance to the own medoid.</param>
internal sealed record MedoidFit(int[] Labels, int[] Medoids, double Cost);

/// <summary>
/// K-medoids on any distances: the cluster's centre is one of its heads, so that no mean of maps is needed. The greedy
/// BUILD start of Kaufman and Rousseeuw 1990 and random ones, each improved by the swaps of FasterPAM (Schubert and
/// Rousseeuw 2021: the gain for all k medoids at once, taken as soon as it is found). Deterministic by seed.
/// </summary>
internal static class KMedoids
{
    /// <summary>Random starts beside the greedy one, by default.</summary>
    public const int DefaultRestarts = 20;

    /// <summary>Partitions heads around k medoids.</summary>
    /// <param name="heads">Points or distances.</param>
    /// <param name="k">The number of clusters.</param>
    /// <param name="seed">Decides the random starts.</param>
    /// <param name="restarts">How many random starts.</param>
    /// <exception cref="InputException">k does not fit the heads.</exception>
    public static MedoidFit Fit(HeadSpace heads, int k, int seed = 0, int restarts = DefaultRestarts)
    {
        heads.RequireClusters(k);
        var d = heads.Distances;
        var random = new Random(seed);
        MedoidFit? best = null;
        for (int r = 0; r <= restarts; r++)
        {
            var medoids = r == 0 ? Build(d, k) : Random(heads.Count, k, random);
            Swap(d, medoids);
            var fit = Assign(d, medoids);
            if (fit.Labels.Distinct().Count() == k && (best is null || fit.Cost < best.Cost * (1 - 1e-12))) best = fit;
        }
        return best ?? throw new InputException($"k = {k}", null, "leaves a medoid without heads: several heads are alike",
            "Choose a smaller k");
    }

    // The head with the least total distance, then each time the head that lowers the cost most.
    private static int[] Build(double[,] d, int k)
    {
        int n = d.GetLength(0);
        var nearest = Enumerable.Repeat(double.PositiveInfinity, n).ToArray();
        var medoids = new List<int>();
        while (medoids.Count < k)
        {
            int chosen = Enumerable.Range(0, n).Where(i => !medoids.Contains(i))
                .MinBy(i => Enumerable.Range(0, n).Sum(j => Math.Min(nearest[j], d[i, j])));
            medoids.Add(chosen);
            for (int j = 0; j < n; j++) nearest[j] = Math.Min(nearest[j], d[chosen, j]);
        }
        return [.. medoids];
    }

    private static int[] Random(int n, int k, Random random)
    {
        int[] all = [.. Enumerable.Range(0, n)];
        random.Shuffle(all);
        return all[..k];
    }

    // One medoid has no second to fall back on; the exhaustive choice is exact there.
    private static void Swap(double[,] d, int[] medoids)
    {
        int n = d.GetLength(0), k = medoids.Length;
        if (k == 1)
        {
            medoids[0] = Build(d, 1)[0];
            return;
        }
        var state = Nearest(d, medoids);
        for (int candidate = 0, unchanged = 0; unchanged < n; candidate = (candidate + 1) % n, unchanged++)
        {
            if (medoids.Contains(candidate)) continue;
            var (gain, medoid) = Gain(d, state, k, candidate);
            if (gain <= 1e-12) continue;
            medoids[medoid] = candidate;
            state = Nearest(d, medoids);
            unchanged = 0;
        }
    }

    // By how much the cost falls if the candidate replaces the medoid for which that is most. Removing medoid m sends its
    // heads to their second; the candidate takes every head that it is nearer to than what the head then has.
    private static (double Gain, int Medoid) Gain(double[,] d, (int Own, double First, double Second)[] state, int k, int candidate)
    {
        double shared = 0;
        var perMedoid = new double[k];
        for (int j = 0; j < state.Length; j++)
        {
            var (own, first, second) = state[j];
            double here = d[candidate, j];
            if (here < first) shared += first - here; // goes to the candidate whichever medoid leaves
            else perMedoid[own] += first - Math.Min(second, here);
        }
        int best = 0;
        for (int m = 1; m < k; m++)
            if (perMedoid[m] > perMedoid[best]) best = m;
        return (shared + perMedoid[best], best);
    }

    private static (int Own, double First, double Second)[] Nearest(double[,] d, int[] medoids)
    {
        var state = new (int, double, double)[d.GetLength(0)];
        for (int j = 0; j < state.Length; j++)
        {
            (int own, double first, double second) = (-1, double.PositiveInfinity, double.PositiveInfinity);
            for (int m = 0; m < medoids.Length; m++)
            {
                double here = d[medoids[m], j];
                if (here < first) (own, first, second) = (m, here, first);
                else if (here < second) second = here;
            }
            state[j] = (own, first, second);
        }
        return state;
    }

    private static MedoidFit Assign(double[,] d, int[] medoids)
    {
        var state = Nearest(d, medoids);
        return new MedoidFit([.. state.Select(s => s.Own)], (int[])medoids.Clone(), state.Sum(s => s.First));
    }
}
