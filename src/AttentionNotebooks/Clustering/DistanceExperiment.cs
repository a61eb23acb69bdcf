namespace AttentionNotebooks;

/// <summary>
/// The claim as an experiment: does how far heads look, alone, part them as all features do, and do the parts agree with
/// the layers they lie in and with earlier work's terms? For any head table, of any model.
/// </summary>
/// <param name="OnDistance">Clusters of <c>mean_distance</c> alone.</param>
/// <param name="OnAll">Clusters of the clustering features.</param>
/// <param name="AdjustedRand">Their agreement.</param>
/// <param name="AdjustedMutualInformation">Their agreement, by information.</param>
/// <param name="Tables">Each of the two clusterings against layers, Clark's patterns and Kovaleva's classes, with names that say which.
/// Only the layers are no measure of the maps: where patterns look at clustered columns, the table is an overlap of two rules
/// (<see cref="Contingency.Shared"/>).</param>
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
        return new DistanceExperiment(near, all, Validity.AdjustedRand(near.Labels, all.Labels),
            Agreement.AdjustedMutualInformation(near.Labels, all.Labels),
            [.. Against(near, shuffles, seed).Zip(Against(all, shuffles, seed), (n, a) => new[] { ($"mean distance × {n.Name}", n.Table),
                ($"all features × {a.Name}", a.Table) }).SelectMany(pair => pair)]);
    }

    /// <summary>A clustering against layers, Clark's patterns and Kovaleva's classes.</summary>
    internal static (string Name, Contingency Table)[] Against(HeadClustering clustering, int shuffles = 999, int seed = 0)
    {
        var table = clustering.AllFeatures;
        string[] names = [.. clustering.Grid.All().Select(h => clustering[h].Name)],
            layers = [.. table.Grid.All().Select(h => $"layer {h.Layer}")],
            used = clustering.Space.Given ? [] : [.. clustering.Table.Features];
        Contingency Of(string[] other, IEnumerable<string> asked) =>
            Contingency.Compute(names, other, shuffles, seed, [.. used.Intersect(asked)]);
        return [("layers", Of(layers, [])), ("Clark's patterns", Of(HeadPatterns.Clark(table), HeadPatterns.ClarkColumns)),
            ("Kovaleva's classes", Of(HeadPatterns.Kovaleva(table), HeadPatterns.KovalevaColumns))];
    }
}
