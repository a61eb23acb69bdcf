using System.Globalization;

namespace AttentionNotebooks;

/// <summary>Heads that are looked at together.</summary>
/// <param name="Name">What they are called in tables.</param>
/// <param name="Heads">The heads, each once.</param>
public sealed record HeadGroup(string Name, IReadOnlyList<Head> Heads);

/// <summary>The groups that heads come in: each alone, by layer, by cluster.</summary>
public static class HeadGroups
{
    /// <summary>Every head alone, called layer-head.</summary>
    /// <param name="grid">The model's heads.</param>
    public static IReadOnlyList<HeadGroup> Single(HeadGrid grid) => [.. grid.All().Select(h => new HeadGroup(h.ToString(), [h]))];

    /// <summary>Every layer, called <c>layer 0</c>, <c>layer 1</c>, …</summary>
    /// <param name="grid">The model's heads.</param>
    public static IReadOnlyList<HeadGroup> Layers(HeadGrid grid) =>
        [.. grid.All().GroupBy(h => h.Layer).Select(g => new HeadGroup($"layer {g.Key}", [.. g]))];

    /// <summary>The clusters of a clustering, called by number and name: <c>0 broad</c>.</summary>
    public static IReadOnlyList<HeadGroup> Of(HeadClustering clustering) =>
        [.. clustering.Clusters.Select(c => new HeadGroup(Name(c.Number, c.Name), c.Heads))];

    /// <summary>The clusters of a file, called by number and name: <c>0 broad</c>.</summary>
    public static IReadOnlyList<HeadGroup> Of(ClusterAssignment clusters) =>
        [.. clusters.Names.Select(c => new HeadGroup(Name(c.Key, c.Value), clusters.Heads(c.Key)))];

    /// <summary>The clusters that <c>attn cluster</c>, or <see cref="HeadClustering.Write"/>, wrote.</summary>
    /// <param name="file">A file with the columns layer, head, cluster, name.</param>
    /// <param name="grid">The heads of the model that they are to be used with.</param>
    /// <exception cref="InputException">
    /// The file cannot be read, a row is broken, heads are missing or stand twice, or it is of a model with other heads.
    /// </exception>
    public static IReadOnlyList<HeadGroup> Read(string file, HeadGrid grid) => Of(ClusterAssignment.Read(file, grid));

    /// <summary>The groups of these names, in their order.</summary>
    /// <param name="groups">All groups.</param>
    /// <param name="names">The names; a cluster's number is enough.</param>
    /// <exception cref="InputException">There is no such group; the message names the nearest one.</exception>
    public static IReadOnlyList<HeadGroup> Select(IReadOnlyList<HeadGroup> groups, IEnumerable<string> names) =>
    [
        .. names.Select(n => groups.FirstOrDefault(g => g.Name == n)
            ?? groups.FirstOrDefault(g => g.Name.StartsWith(n + " ", StringComparison.Ordinal))
            ?? throw Spelling.Unknown("group", n, [.. groups.Select(g => g.Name)])),
    ];

    private static string Name(int number, string name) => string.Create(CultureInfo.InvariantCulture, $"{number} {name}");
}
