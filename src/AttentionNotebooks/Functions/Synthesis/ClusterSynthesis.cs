namespace AttentionNotebooks;

/// <summary>
/// What each cluster does, from every measure at once: cluster × measure, with effect sizes, intervals and two controls, and
/// the same in plain words. Intervals are over heads: the heads of the cluster and the others are drawn again. They do not
/// hold the measures' own uncertainty over texts.
/// </summary>
/// <remarks>
/// Cliff (1993), δ; Efron (1979), percentile intervals; Wilcoxon (1945) and van Elteren (1960), rank sums over all heads and within
/// layers; Phipson and Smyth (2010), permutation p-values; Westfall and Young (1993), correction for all cells. δ of a small cluster has a
/// larger spread than that of a large one, so that cells are compared by how improbable their rank sums are (<see cref="RankSums"/>).
/// </remarks>
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

    /// <summary>A sentence that names the remedy where <see cref="Draws"/> are too few for any cell to be sure; <see langword="null"/>
    /// where they suffice.</summary>
    /// <param name="option">What sets their number.</param>
    public string? TooFewDraws(string option = "draws") => LeastPValue.Warning(Draws, 1, "shufflings", option);

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
        RankSums[] overAll = [.. functions.Select(f => new RankSums(f.Values))], byLayer = [.. functions.Select(f => new RankSums(
            [.. Enumerable.Range(0, grid.Layers).Select(l => f.Values.AsSpan(l * grid.Heads, grid.Heads).ToArray())]))];
        var all = new RankSumTest(labels, shuffled, clusters.Count, [labels.Length], overAll);
        var layers = new RankSumTest(labels, withinLayers, clusters.Count, [.. Enumerable.Repeat(grid.Heads, grid.Layers)], byLayer);
        var cells = new List<ClusterFunction>();
        for (int c = 0; c < clusters.Count; c++)
        {
            var draw = new DeltaDraws([.. labels.Select(l => l == c)], draws, seed + 2);
            for (int f = 0; f < functions.Count; f++)
            {
                double[] values = functions[f].Values;
                var interval = draw.Of(values);
                int cell = cells.Count;
                cells.Add(new ClusterFunction(c, functions[f], values.Where((_, i) => labels[i] == c).Average(),
                    values.Where((_, i) => labels[i] != c).Average(), interval.Value, interval.Low, interval.High, all.PValues[cell],
                    all.Adjusted[cell], all.Least[cell], layers.Deltas[cell], layers.PValues[cell], layers.Adjusted[cell],
                    layers.Least[cell], clusteredOn?.Contains(functions[f].Name) == true));
            }
        }
        return new ClusterSynthesis(grid, clusters, functions, cells, draws);
    }

    /// <summary>What a cluster does, in plain words.</summary>
    /// <param name="cluster">The cluster's number, from 0.</param>
    public string Describe(int cluster) => SynthesisText.Of(this, cluster);

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
