namespace AttentionNotebooks;

/// <summary>
/// The measures that the user registered in this session: formulas on maps, functions of a head, and numbers from elsewhere. They
/// join every table that is computed without naming features, and from there take part in all later stages.
/// </summary>
public static class UserMeasures
{
    private static readonly Lock _gate = new();
    private static readonly List<HeadFeature> _features = [];
    private static readonly List<(ColumnInfo Info, Func<HeadGrid, double[]?> Values)> _columns = [];

    /// <summary>The formulas on maps.</summary>
    public static IReadOnlyList<HeadFeature> Features { get { lock (_gate) return [.. _features]; } }

    /// <summary>Registers a formula on maps; one of the same name is replaced, as when a cell runs again.</summary>
    /// <param name="feature">The formula.</param>
    /// <exception cref="InputException">The kit has a measure of that name.</exception>
    public static void Add(HeadFeature feature)
    {
        lock (_gate)
        {
            Replace(feature.Name);
            _features.Add(feature with { Kind = MeasureKind.User });
        }
    }

    /// <summary>Registers a function of the head; one of the same name is replaced.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="of">From a head to its number.</param>
    /// <exception cref="InputException">The kit has a measure of that name.</exception>
    public static void Add(string name, string unit, Func<Head, double> of) =>
        Add(new ColumnInfo(name, unit, "user-defined", "user", MeasureKind.User), grid => [.. grid.All().Select(of)]);

    /// <summary>Registers numbers; they join tables of as many heads. A column of the same name is replaced.</summary>
    /// <param name="column">The numbers, one per head in the grid's order.</param>
    /// <exception cref="InputException">The kit has a measure of that name.</exception>
    public static void Add(HeadColumn column) =>
        Add(column.Info with { Kind = MeasureKind.User }, grid => grid.Count == column.Count ? column.Values : null);

    /// <summary>The functions of heads and the numbers that fit a model, as columns.</summary>
    /// <param name="grid">The model's heads.</param>
    public static IReadOnlyList<HeadColumn> Columns(HeadGrid grid)
    {
        (ColumnInfo Info, Func<HeadGrid, double[]?> Values)[] all;
        lock (_gate) all = [.. _columns];
        return [.. all.Select(c => (c.Info, Values: c.Values(grid))).Where(c => c.Values is not null)
            .Select(c => new HeadColumn(c.Info, c.Values!))];
    }

    /// <summary>What a registered measure is; <see langword="null"/> for any other name.</summary>
    public static ColumnInfo? Find(string name)
    {
        lock (_gate) return _features.FirstOrDefault(f => f.Name == name)?.Info ?? _columns.FirstOrDefault(c => c.Info.Name == name).Info;
    }

    /// <summary>Forgets all of them, as when a notebook starts.</summary>
    public static void Clear()
    {
        lock (_gate)
        {
            _features.Clear();
            _columns.Clear();
        }
    }

    private static void Add(ColumnInfo info, Func<HeadGrid, double[]?> values)
    {
        lock (_gate)
        {
            Replace(info.Name);
            _columns.Add((info with { InSynthesis = true }, values));
        }
    }

    private static void Replace(string name)
    {
        if (KnownColumns.Shipped(name).Kind != MeasureKind.Other)
            throw new InputException($"measure \"{name}\"", null, "is a measure of the kit", "Give your own another name");
        _features.RemoveAll(f => f.Name == name);
        _columns.RemoveAll(c => c.Info.Name == name);
    }
}
