namespace AttentionNotebooks;

/// <summary>What a notebook starts with: the set-up of the host, the charts, and where the data lies.</summary>
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
            string? data = (_root ?? FindRoot()) is { } root ? Path.Combine(root, "data") : null;
            return new KitStatus(Version, _tensors.Value.Device, _tensors.Value.Problem, data);
        }
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

    private static string? FindRoot() => FindRoot(Environment.CurrentDirectory) ?? FindRoot(AppContext.BaseDirectory) ?? FindRoot(Path.GetDirectoryName(typeof(Kit).Assembly.Location)!);

    private static string? FindRoot(string start)
    {
        for (var at = new DirectoryInfo(Path.GetFullPath(start)); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, Marker))) return at.FullName;
        return null;
    }

    private static InputException NoRoot(string folder) =>
        new(folder, null, $"lies in no folder with {Marker}", "Start the notebook inside the repository, or name it: Kit.Start(\"path/to/repository\")");
}
