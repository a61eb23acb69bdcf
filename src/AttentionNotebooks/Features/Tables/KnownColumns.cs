using System.Collections.Concurrent;

namespace AttentionNotebooks;

/// <summary>
/// What is known of a column that carries only a name, as after reading a file without notes: the measures of the kit, and
/// those that the user registered. Later rooms bring the measures that this one cannot see.
/// </summary>
public static class KnownColumns
{
    private static readonly List<Func<string, ColumnInfo?>> _later = [];
    private static readonly ConcurrentDictionary<string, ColumnInfo> _found = new();
    private static readonly Lazy<FeatureCatalogue> _features = new(() => new FeatureCatalogue(TokenCounts.Of([])));

    /// <summary>What the kit or the user knows of a name; the name alone where nothing is known.</summary>
    /// <param name="name">The column's name.</param>
    public static ColumnInfo Of(string name) => UserMeasures.Find(name) ?? Shipped(name);

    /// <summary>What the kit itself knows of a name.</summary>
    internal static ColumnInfo Shipped(string name) => _found.GetOrAdd(name, n =>
        Later(n) ?? (_features.Value.All.FirstOrDefault(f => f.Name == n) ?? FeatureCatalogue.Numbered(n))?.Info ?? new ColumnInfo(n));

    /// <summary>Brings the measures of a later room; called once when the library loads.</summary>
    internal static void Add(Func<string, ColumnInfo?> find)
    {
        lock (_later) _later.Add(find);
        _found.Clear();
    }

    private static ColumnInfo? Later(string name)
    {
        lock (_later) return _later.Select(find => find(name)).FirstOrDefault(info => info is not null);
    }
}
