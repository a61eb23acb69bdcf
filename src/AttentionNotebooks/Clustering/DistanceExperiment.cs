namespace AttentionNotebooks;

/// <summary>
/// The claim as an experiment: does how far heads look, alone, part them as all features do, and do the parts agree with
/// the layers they lie in and with earlier work's terms? For any head table, of any model.
/// </summary>
/// <param name="OnDistance">Clusters of <c>mean_distance</c> alone.</param>
/// <param name="OnAll">Clusters of the clustering features.</param>
/// <param name="AdjustedRand">Their agreement.</param>
/// <param name="AdjustedMutualInformation">Their agreement, by information.</param>
/// <param name="Tables">Each of the two clusterings against layers, Clark's patterns and Kovaleva's classes, with names that say
/// which.</param>
public sealed record DistanceExperiment(HeadClustering OnDistance, HeadClustering OnAll, double AdjustedRand,
    double AdjustedMutualInformation, IReadOnlyList<(string Name, Contingency Table)> Tables)
{
    /// <summary>Runs it.</summary>
    /// <param name="table">The head table; must have <c>mean_distance</c>.</param>
    /// <param name="k">How many clusters.</param>
    /// <param name="seed">Decides all random choices.</param>
    /// <param name="shuffles">Shufflings behind each p-value.</param>
    /// <exception cref="InputException">A feature is missing or cannot be used, or k does not fit the heads.</exception>
    public static DistanceExperiment Run(HeadTable table, int k = 4, int seed = 0, int shuffles = 999)
    {
        HeadClustering near = table.Cluster(k, ["mean_distance"], seed: seed), all = table.Cluster(k, seed: seed);
        string[] layers = [.. table.Grid.All().Select(h => $"layer {h.Layer}")];
        (string Name, string[] Of)[] others = [("layers", layers), ("Clark's patterns", HeadPatterns.Clark(table)),
            ("Kovaleva's classes", HeadPatterns.Kovaleva(table))];
        return new DistanceExperiment(near, all, Validity.AdjustedRand(near.Labels, all.Labels),
            Agreement.AdjustedMutualInformation(near.Labels, all.Labels),
            [.. others.SelectMany(o => new[] { ($"mean distance × {o.Name}", Against(near, o.Of, shuffles, seed)),
                ($"all features × {o.Name}", Against(all, o.Of, shuffles, seed)) })]);
    }

    private static Contingency Against(HeadClustering clustering, string[] other, int shuffles, int seed) =>
        Contingency.Compute([.. clustering.Grid.All().Select(h => clustering[h].Name)], other, shuffles, seed);
}
