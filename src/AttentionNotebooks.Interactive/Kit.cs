using TorchSharp;

namespace AttentionNotebooks;

/// <summary>What a notebook starts with: the set-up of the host, the charts, and where the data lies.</summary>
/// <example><code>
/// var model = Kit.Model();                            // a real encoder, or the one the user names
/// var table = new LiveAttention(model, Kit.Sentences()).Extract();
/// Kit.Plot.HeadGrid(table, "mean_distance")
/// </code></example>
public static partial class Kit
{
    private const string Marker = "AttentionNotebooks.sln";
    private static readonly Lazy<IPlots> _plot = new(PlotsLoader.Load);
    private static readonly Lock _gate = new();
    private static (string? Device, string? Problem)? _tensors;
    private static string? _root;

    /// <summary>The charts.</summary>
    /// <exception cref="InputException">The charts' assembly is missing beside the kit's.</exception>
    public static IPlots Plot => _plot.Value;

    /// <summary>The kit's version, e.g. 0.2.0.</summary>
    public static string Version => KitVersion.Current;

    /// <summary>
    /// Sets up the host: libtorch is loaded, the kit's types get their formatters. Any number of calls does it once.
    /// Display what it returns: it is one quiet line, and in a live notebook it brings the page plotly.js.
    /// </summary>
    /// <param name="folder">The repository or a folder in it; by default found from the working folder, then from the kit's own.</param>
    /// <exception cref="InputException"><paramref name="folder"/> is given and lies in no copy of the repository.</exception>
    public static KitStatus Start(string? folder = null)
    {
        lock (_gate)
        {
            if (folder is not null) _root = FindRoot(folder) ?? throw NoRoot(folder);
            _tensors ??= NativeLibraries.Prepare(Path.GetDirectoryName(typeof(Kit).Assembly.Location)!);
            CoreFormatters.Register();
            UserMeasures.Clear();
            string? data = (_root ?? FindRoot()) is { } root ? Path.Combine(root, "data") : null;
            return new KitStatus(Version, _tensors.Value.Device, _tensors.Value.Problem, data, Chosen().Name);
        }
    }

    /// <summary>
    /// Registers a measure of your own, a formula on maps. From then on it is in every table that is computed without naming features, and
    /// from there in grids with its unit, clustering, synthesis, explaining and pruning. The same name replaces it.
    /// </summary>
    /// <param name="name">The column's name.</param>
    /// <param name="unit">Its unit: tokens, nats, share …</param>
    /// <param name="compute">
    /// From <c>a</c>, the maps <c>[B, H, T, T]</c> (text, head, query, key; padding is zero), and <c>t</c>, what is known of the
    /// texts, to one number per text and head, <c>[B, H]</c>.
    /// </param>
    /// <returns>What the column is.</returns>
    /// <exception cref="InputException">The kit has a measure of that name.</exception>
    /// <example><code>
    /// Kit.Measure("commas", "share", (a, t) => t.OnKeys(a, t.MarkTokens(token => token == ",")));
    /// var table = source.Extract();
    /// Kit.Plot.HeadGrid(table, "commas")
    /// </code></example>
    public static ColumnInfo Measure(string name, string unit, Func<torch.Tensor, LayerMaps, torch.Tensor> compute)
    {
        UserMeasures.Add(new HeadFeature(name, unit, compute));
        return KnownColumns.Of(name);
    }

    /// <summary>Registers a measure of your own, a function of the head.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="of">From a head to its number.</param>
    /// <returns>What the column is.</returns>
    /// <exception cref="InputException">The kit has a measure of that name.</exception>
    public static ColumnInfo Measure(string name, string unit, Func<Head, double> of)
    {
        UserMeasures.Add(name, unit, of);
        return KnownColumns.Of(name);
    }

    /// <summary>Registers numbers from elsewhere; they join the tables of models with as many heads.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">One per head, layer by layer.</param>
    /// <returns>What the column is.</returns>
    /// <exception cref="InputException">The kit has a measure of that name.</exception>
    public static ColumnInfo Measure(string name, string unit, IReadOnlyList<double> values)
    {
        UserMeasures.Add(new HeadColumn(name, unit, [.. values]));
        return KnownColumns.Of(name);
    }

    /// <summary>The folder of the repository: the one that holds AttentionNotebooks.sln.</summary>
    /// <exception cref="InputException">Neither the working folder nor the kit's own lies in the repository.</exception>
    public static string Root => _root ?? FindRoot() ?? throw NoRoot(Environment.CurrentDirectory);

    /// <summary>A file or folder of the data that the product ships.</summary>
    /// <param name="relative">Its path inside <c>data/</c>, e.g. <c>bert-base/heads.csv</c>; empty for <c>data/</c> itself.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="InputException">The repository is not found, or it has no such file.</exception>
    public static string DataPath(string relative = "")
    {
        string path = Path.GetFullPath(Path.Combine(Root, "data", relative));
        return Path.Exists(path) ? path
            : throw new InputException(path, null, "does not exist", $"Name a file or folder inside {Path.Combine(Root, "data")}");
    }

    private static string? FindRoot() => FindRoot(Environment.CurrentDirectory) ?? FindRoot(AppContext.BaseDirectory)
        ?? FindRoot(Path.GetDirectoryName(typeof(Kit).Assembly.Location)!);

    private static string? FindRoot(string start)
    {
        for (var at = new DirectoryInfo(Path.GetFullPath(start)); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, Marker))) return at.FullName;
        return null;
    }

    private static InputException NoRoot(string folder) =>
        new(folder, null, $"lies in no folder with {Marker}",
            "Start the notebook inside the repository, or name it: Kit.Start(\"path/to/repository\")");
}
