using System.Globalization;

namespace AttentionNotebooks;

/// <summary>Heads that are looked at together.</summary>
/// <param name="Name">What they are called in tables.</param>
/// <param name="Heads">The heads, each once.</param>
public sealed record HeadGroup(string Name, IReadOnlyList<Head> Heads);

/// <summary>The groups that heads come in: each alone, by layer, by cluster.</summary>
public static class HeadGroups
{
    private const string Remedy = "Write it with attn cluster, of the same model: layer,head,cluster,name, a row for every head";

    /// <summary>Every head alone, called layer-head.</summary>
    /// <param name="grid">The model's heads.</param>
    public static IReadOnlyList<HeadGroup> Single(HeadGrid grid) => [.. grid.All().Select(h => new HeadGroup(h.ToString(), [h]))];

    /// <summary>Every layer, called <c>layer 0</c>, <c>layer 1</c>, …</summary>
    /// <param name="grid">The model's heads.</param>
    public static IReadOnlyList<HeadGroup> Layers(HeadGrid grid) => [.. grid.All().GroupBy(h => h.Layer).Select(g => new HeadGroup($"layer {g.Key}", [.. g]))];

    /// <summary>The clusters of a clustering, called by number and name: <c>0 broad</c>.</summary>
    /// <param name="clustering">The clustering.</param>
    public static IReadOnlyList<HeadGroup> Of(HeadClustering clustering) => [.. clustering.Clusters.Select(c => new HeadGroup(Name(c.Number, c.Name), c.Heads))];

    /// <summary>The clusters that <c>attn cluster</c> wrote.</summary>
    /// <param name="file">A file with the columns layer, head, cluster, name.</param>
    /// <param name="grid">The heads of the model that they are to be used with.</param>
    /// <exception cref="InputException">The file cannot be read, a row is broken, or it is of another model: heads are missing, foreign, or given twice.</exception>
    public static IReadOnlyList<HeadGroup> Read(string file, HeadGrid grid)
    {
        var clusters = new SortedDictionary<int, (string Name, List<Head> Heads)>();
        var seen = new HashSet<Head>();
        int line = 0;
        foreach (string text in TextFile.Lines(file))
        {
            line++;
            InputException Bad(string problem) => new(file, $"line {line}", problem, Remedy);
            // The name is last and may hold anything.
            var fields = text.Split(',', 4);
            if (line == 1)
            {
                if (fields is not ["layer", "head", "cluster", "name"]) throw Bad("is not layer,head,cluster,name");
                continue;
            }
            if (text.Length == 0) continue;
            if (fields.Length < 4) throw Bad($"has {fields.Length} fields instead of 4");
            int Number(int i) => int.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : throw Bad($"has \"{fields[i]}\" where a number from 0 on belongs");
            var head = new Head(Number(0), Number(1));
            if (!grid.Contains(head)) throw Bad($"names head {head}, which is outside the {grid} heads of this model");
            if (!seen.Add(head)) throw Bad($"gives head {head} a second time");
            int cluster = Number(2);
            if (!clusters.TryGetValue(cluster, out var members)) clusters[cluster] = members = (fields[3], []);
            if (members.Name != fields[3]) throw Bad($"calls cluster {cluster} \"{fields[3]}\", before it was \"{members.Name}\"");
            members.Heads.Add(head);
        }
        if (seen.Count < grid.Count) throw new InputException(file, null, $"gives {seen.Count} of the {grid.Count} heads of this model ({grid})", Remedy);
        return [.. clusters.Select(c => new HeadGroup(Name(c.Key, c.Value.Name), [.. c.Value.Heads.OrderBy(grid.PositionOf)]))];
    }

    /// <summary>The groups of these names, in their order.</summary>
    /// <param name="groups">All groups.</param>
    /// <param name="names">The names; a cluster's number is enough.</param>
    /// <exception cref="InputException">There is no such group; the message names the nearest one.</exception>
    public static IReadOnlyList<HeadGroup> Select(IReadOnlyList<HeadGroup> groups, IEnumerable<string> names) =>
        [.. names.Select(n => groups.FirstOrDefault(g => g.Name == n) ?? groups.FirstOrDefault(g => g.Name.StartsWith(n + " ", StringComparison.Ordinal)) ?? throw Spelling.Unknown("group", n, [.. groups.Select(g => g.Name)]))];

    private static string Name(int number, string name) => string.Create(CultureInfo.InvariantCulture, $"{number} {name}");
}
