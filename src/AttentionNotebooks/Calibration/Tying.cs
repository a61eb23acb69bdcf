namespace AttentionNotebooks;

/// <summary>
/// Which heads share parameters, as a matrix D: the settings of all heads are θ = D·φ with φ learnt. A column of ones is one
/// set for all; one column per cluster, one set per cluster; the z-scored features and a column of ones,
/// θ_h = W·f_h + w; the identity, one set per head.
/// </summary>
internal sealed class Tying
{
    private Tying(string name, double[][] design) => (Name, Design) = (name, design);

    /// <summary>What it is called in tables.</summary>
    public string Name { get; }

    /// <summary>D, <c>[heads][sets]</c>.</summary>
    public IReadOnlyList<double[]> Design { get; }

    /// <summary>How many sets of parameters are learnt.</summary>
    public int Sets => Design[0].Length;

    /// <summary>One set for all heads.</summary>
    /// <param name="grid">The model's heads.</param>
    public static Tying OneSet(HeadGrid grid) => new("one set", [.. Enumerable.Range(0, grid.Count).Select(_ => new[] { 1.0 })]);

    /// <summary>One set per cluster.</summary>
    /// <param name="labels">Each head's cluster, in the grid's order, from 0.</param>
    /// <exception cref="InputException">There is no head, or a label is below 0.</exception>
    public static Tying ByCluster(IReadOnlyList<int> labels)
    {
        if (labels.Count == 0 || labels.Any(l => l < 0))
            throw new InputException("clusters", null, "give a head no cluster", "Number the clusters from 0");
        // A number that no head has would be a set of parameters that nothing depends on.
        int[] used = [.. labels.Distinct().Order()];
        return new("by cluster", [.. labels.Select(l => used.Select(u => u == l ? 1.0 : 0).ToArray())]);
    }

    /// <summary>A linear function of the head's features, each z-scored over the heads, and a constant.</summary>
    /// <param name="table">The features.</param>
    /// <param name="features">The columns to use; those that heads are clustered on when omitted.</param>
    /// <exception cref="InputException">A column is not finite or has no spread.</exception>
    public static Tying ByFeatures(HeadTable table, IReadOnlyList<string>? features = null) =>
        new("by features", [.. table.Select(features ?? HeadClusters.DefaultFeatures(table)).Points(Scaling.ZScore)
            .Select(x => (double[])[.. x, 1])]);

    /// <summary>One set per head.</summary>
    /// <param name="grid">The model's heads.</param>
    public static Tying PerHead(HeadGrid grid) =>
        new("per head", [.. Enumerable.Range(0, grid.Count)
            .Select(i => Enumerable.Range(0, grid.Count).Select(j => i == j ? 1.0 : 0).ToArray())]);

    /// <summary>One set for each of some heads; all others stay as they are.</summary>
    /// <param name="grid">The model's heads.</param>
    /// <param name="heads">The heads, at least one.</param>
    /// <exception cref="InputException">The list is empty, or the model has no such head.</exception>
    public static Tying Only(HeadGrid grid, params IReadOnlyList<Head> heads)
    {
        if (heads.Count == 0) throw new InputException("heads", null, "name none to calibrate", "Name one at least");
        int[] chosen = [.. heads.Select(grid.PositionOf).Distinct()];
        return new("some heads", [.. Enumerable.Range(0, grid.Count).Select(i => chosen.Select(c => c == i ? 1.0 : 0).ToArray())]);
    }

    /// <summary>
    /// The control: the same numbers, dealt out to other heads. Of clusters, random clusters of the same sizes; of
    /// features, the features of other heads.
    /// </summary>
    /// <param name="seed">Decides who gets what.</param>
    /// <param name="name">What the control is called.</param>
    public Tying Shuffled(int seed, string name)
    {
        double[][] rows = [.. Design];
        new Random(seed).Shuffle(rows);
        return new Tying(name, rows);
    }
}
