namespace AttentionNotebooks;

/// <summary>
/// What each cluster does, from every measure at once: cluster × measure, with effect sizes, intervals and two controls, and
/// the same in plain words. Intervals are over heads: the heads of the cluster and the others are drawn again. They do not
/// hold the measures' own uncertainty over texts.
/// </summary>
/// <remarks>Cliff (1993), δ; Efron (1979), percentile intervals; Phipson and Smyth (2010), permutation p-values; Holm (1979).</remarks>
public sealed class ClusterSynthesis
{
    /// <summary>Draws and shufflings by default.</summary>
    public const int DefaultDraws = 1000;

    private ClusterSynthesis(HeadGrid grid, IReadOnlyList<HeadGroup> clusters, IReadOnlyList<HeadColumn> functions,
        IReadOnlyList<ClusterFunction> cells, int draws)
    {
        Grid = grid;
        Clusters = clusters;
        Functions = functions;
        Cells = cells;
        Draws = draws;
    }

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>The clusters.</summary>
    public IReadOnlyList<HeadGroup> Clusters { get; }

    /// <summary>The measures.</summary>
    public IReadOnlyList<HeadColumn> Functions { get; }

    /// <summary>A cell for every cluster and measure, cluster by cluster.</summary>
    public IReadOnlyList<ClusterFunction> Cells { get; }

    /// <summary>How many draws and shufflings are behind each cell.</summary>
    public int Draws { get; }

    /// <summary>The cell of a cluster and a measure.</summary>
    /// <param name="cluster">The cluster's number, from 0.</param>
    /// <param name="function">The measure's name.</param>
    /// <exception cref="InputException">There is no such measure.</exception>
    public ClusterFunction this[int cluster, string function] =>
        Cells.FirstOrDefault(c => c.Cluster == cluster && c.Function.Name == function)
        ?? throw Spelling.Unknown("measure", function, [.. Functions.Select(f => f.Name)]);

    /// <summary>Brings measures and clusters together.</summary>
    /// <param name="clustering">The clusters.</param>
    /// <param name="functions">The measures, of the same heads; those of the clustering's own table (<see cref="SynthesisColumns"/>) when
    /// omitted.</param>
    /// <param name="draws">Draws for the intervals, and shufflings for the p-values.</param>
    /// <param name="seed">Decides them.</param>
    /// <exception cref="InputException">A measure is of other heads or not finite, or there is only one cluster.</exception>
    public static ClusterSynthesis Compute(HeadClustering clustering, IReadOnlyList<HeadColumn>? functions = null, int draws = DefaultDraws,
        int seed = 0) =>
        Compute(clustering.Grid, [.. clustering.Clusters.Select(c => new HeadGroup(c.Name, c.Heads))], functions
            ?? clustering.AllFeatures.ForSynthesis(), draws, seed, clustering.Table.Features);

    /// <summary>Brings measures and any groups of heads together.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="clusters">At least two groups that share no head.</param>
    /// <param name="functions">The measures, of the same heads.</param>
    /// <param name="draws">Draws for the intervals, and shufflings for the p-values.</param>
    /// <param name="seed">Decides them.</param>
    /// <param name="clusteredOn">The measures that the heads were clustered on: a difference in one of them is no finding.</param>
    /// <exception cref="InputException">A measure is of other heads or not finite, there are fewer than two groups, or they
    /// overlap.</exception>
    public static ClusterSynthesis Compute(HeadGrid grid, IReadOnlyList<HeadGroup> clusters, IReadOnlyList<HeadColumn> functions,
        int draws = DefaultDraws, int seed = 0, IReadOnlyCollection<string>? clusteredOn = null)
    {
        int[] labels = Labels(grid, clusters);
        foreach (var function in functions)
        {
            if (function.Values.Length != grid.Count)
                throw new InputException($"the measure {function.Name}", null,
                    $"has {function.Values.Length} values for {grid.Count} heads", "Measure the same model");
            int bad = Array.FindIndex(function.Values, v => !double.IsFinite(v));
            if (bad >= 0)
                throw new InputException($"the measure {function.Name}", $"head {grid[bad]}", "is not finite",
                    "Leave the measure out, or measure on more texts");
        }
        var ofLayers = new Random(seed + 1);
        int[][] shuffled = Shuffled(labels, draws, new Random(seed)), withinLayers = [.. Enumerable.Range(0, draws)
            .Select(_ => Permutation.WithinLayers(grid, ofLayers).Select(i => labels[i]).ToArray())];
        var cells = new List<ClusterFunction>();
        for (int c = 0; c < clusters.Count; c++)
            foreach (var function in functions) cells.Add(Cell(c, function, labels, shuffled, withinLayers, draws, seed));
        double[] holm = MultipleTesting.Holm([.. cells.Select(c => c.PValue)]);
        return new ClusterSynthesis(grid, clusters, functions,
            [.. cells.Select((c, i) => c with { Holm = holm[i], Clustered = clusteredOn?.Contains(c.Function.Name) == true })], draws);
    }

    /// <summary>What a cluster does, in plain words.</summary>
    /// <param name="cluster">The cluster's number, from 0.</param>
    public string Describe(int cluster) => SynthesisText.Of(this, cluster);

    private static ClusterFunction Cell(int cluster, HeadColumn function, int[] labels, int[][] shuffled, int[][] withinLayers, int draws,
        int seed)
    {
        double[] own = [.. function.Values.Where((_, i) => labels[i] == cluster)],
            others = [.. function.Values.Where((_, i) => labels[i] != cluster)];
        // Ranks once: δ of any split of the heads is then a sum of ranks (Mann and Whitney 1947).
        double[] ranks = Ranks.Of(function.Values);
        double delta = Delta(ranks, labels, cluster);
        var interval = Bootstrap.Compare(own, others, EffectSize.CliffsDelta, draws, seed + 2);
        double PValue(int[][] nulls) => Permutation.PValue(Math.Abs(delta), [.. nulls.Select(l => Math.Abs(Delta(ranks, l, cluster)))]);
        return new ClusterFunction(cluster, function, own.Average(), others.Average(), delta, interval.Low, interval.High, PValue(shuffled),
            PValue(withinLayers), double.NaN);
    }

    private static double Delta(double[] ranks, int[] labels, int cluster)
    {
        double sum = 0;
        int n = 0;
        for (int i = 0; i < ranks.Length; i++)
        {
            if (labels[i] != cluster) continue;
            sum += ranks[i];
            n++;
        }
        double u = sum - n * (n - 1) / 2.0; // ranks count from 0
        return 2 * u / ((double)n * (ranks.Length - n)) - 1;
    }

    private static int[][] Shuffled(int[] labels, int draws, Random random) => [.. Enumerable.Range(0, draws).Select(_ =>
    {
        int[] copy = [.. labels];
        random.Shuffle(copy);
        return copy;
    })];

    private static int[] Labels(HeadGrid grid, IReadOnlyList<HeadGroup> clusters)
    {
        if (clusters.Count < 2)
            throw new InputException("the clusters", null, $"are {clusters.Count}, so that there is nothing to compare",
                "Give at least two");
        var labels = new int[grid.Count];
        Array.Fill(labels, -1);
        for (int c = 0; c < clusters.Count; c++)
        {
            if (clusters[c].Heads.Count == 0)
                throw new InputException($"the cluster {clusters[c].Name}", null, "has no head", "Leave it out");
            foreach (var head in clusters[c].Heads)
            {
                ref int label = ref labels[grid.PositionOf(head)];
                if (label >= 0)
                    throw new InputException($"the cluster {clusters[c].Name}", $"head {head}", $"is in {clusters[label].Name} too",
                        "A head belongs to one cluster");
                label = c;
            }
        }
        return labels;
    }
}
