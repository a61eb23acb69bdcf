namespace AttentionNotebooks;

/// <summary>
/// Which cluster every head is in and what the clusters are called: what <c>clusters.csv</c> holds, with the columns
/// <c>layer,head,cluster,name</c> and a row per head. Immutable.
/// </summary>
public sealed class ClusterAssignment
{
    private const string Remedy = "Write it with attn cluster, of the same model: layer,head,cluster,name, a row for every head";
    private static readonly string[] Columns = ["layer", "head", "cluster", "name"];
    private readonly SortedDictionary<int, string> _names;

    private ClusterAssignment(HeadGrid grid, int[] labels, SortedDictionary<int, string> names, Provenance? from) =>
        (Grid, Labels, _names, From) = (grid, labels, names, from);

    /// <summary>The model's heads.</summary>
    public HeadGrid Grid { get; }

    /// <summary>Where the clustered table comes from; <see langword="null"/> where it is not known.</summary>
    public Provenance? From { get; }

    /// <summary>Per head, in the grid's order, the number of its cluster, from 0 on.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The clusters by their numbers, in ascending order.</summary>
    public IReadOnlyDictionary<int, string> Names => _names;

    /// <summary>The assignment of a clustering.</summary>
    public static ClusterAssignment Of(HeadClustering clustering) =>
        new(clustering.Grid, [.. clustering.Labels], new(clustering.Clusters.ToDictionary(c => c.Number, c => c.Name)),
            clustering.Table.From);

    /// <summary>The heads of a cluster, in the grid's order.</summary>
    /// <param name="cluster">Its number.</param>
    public IReadOnlyList<Head> Heads(int cluster) => [.. Grid.All().Where((_, i) => Labels[i] == cluster)];

    /// <summary>
    /// Writes <c>layer,head,cluster,name</c>, a row per head. Where the table comes from goes beside it (<see cref="TableNotesFile"/>).
    /// </summary>
    /// <param name="file">The file; it holds all heads or is as it was.</param>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Write(string file)
    {
        var text = new CsvText(Columns);
        for (int i = 0; i < Grid.Count; i++) text.Add(Grid[i].Layer, Grid[i].Index, Labels[i], _names[Labels[i]]);
        text.Write(file);
        TableNotesFile.Write(file, [], From);
    }

    /// <summary>Reads what <see cref="Write"/> wrote, of whatever model.</summary>
    /// <param name="file">A file with the columns layer, head, cluster and name, rows in any order.</param>
    /// <exception cref="InputException">
    /// The file cannot be read, a row is broken, a cluster has two names, or heads are missing or stand twice.
    /// </exception>
    public static ClusterAssignment Read(string file) => Read(file, model: null);

    /// <summary>Reads the clusters of a model's heads.</summary>
    /// <param name="file">As for <see cref="Read(string)"/>.</param>
    /// <param name="grid">The model's heads.</param>
    /// <exception cref="InputException">As for <see cref="Read(string)"/>, or the clusters are of a model with other heads.</exception>
    public static ClusterAssignment Read(string file, HeadGrid grid) => Read(file, model: grid);

    private static ClusterAssignment Read(string file, HeadGrid? model)
    {
        var labels = new Dictionary<Head, int>();
        var names = new SortedDictionary<int, string>();
        InputException? foreign = null;
        foreach (var row in CsvTable.Read(file, Remedy, Columns, lastMayHoldCommas: true).Rows)
        {
            var head = row.Head();
            if (model is { } own && !own.Contains(head))
                foreign ??= row.Wrong($"names head {head}, which is outside the {own} heads of this model");
            if (!labels.TryAdd(head, row.Whole("cluster"))) throw row.Wrong($"gives head {head} a second time");
            string name = row.Text("name");
            if (!names.TryAdd(labels[head], name) && names[labels[head]] != name)
                throw row.Wrong($"calls cluster {labels[head]} \"{name}\", before it was \"{names[labels[head]]}\"");
        }
        if (labels.Count == 0) throw new InputException(file, null, "holds no head", Remedy);
        var grid = new HeadGrid(labels.Keys.Max(h => h.Layer) + 1, labels.Keys.Max(h => h.Index) + 1);
        // Counted in 64 bits: a stray layer number must not make a grid of billions of heads.
        bool complete = (long)grid.Layers * grid.Heads == labels.Count;
        if (complete && model is { } other && grid != other)
            throw new InputException(file, null, $"is of {grid} heads, and the model has {other}", Remedy);
        if (foreign is not null) throw foreign;
        if (model is { } needed && labels.Count < needed.Count)
            throw new InputException(file, null, $"gives {labels.Count} of the {needed.Count} heads of this model ({needed})", Remedy);
        return complete ? new ClusterAssignment(grid, [.. grid.All().Select(h => labels[h])], names, Provenance.Read(file))
            : throw new InputException(file, null, $"gives {labels.Count} heads, which do not fill {grid.Layers} layers of "
                + $"{grid.Heads}", Remedy);
    }
}
