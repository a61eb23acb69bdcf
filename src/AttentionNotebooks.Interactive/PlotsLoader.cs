using System.Reflection;
using System.Runtime.Loader;

namespace AttentionNotebooks;

/// <summary>
/// Loads the charts apart from everything else. Plotly.NET needs a newer FSharp.Core than a notebook host has already
/// loaded, and a process has one default FSharp.Core; in a context of their own, the charts get theirs.
/// </summary>
internal sealed class PlotsLoader : AssemblyLoadContext
{
    private const string Charts = "AttentionNotebooks.Charts";
    private static readonly Lazy<PlotsLoader> _context = new(() => new PlotsLoader());

    // Whatever the kit or the core hands over in a signature must be the very type that the notebook's cells see.
    private readonly Dictionary<string, Assembly?> _shared = [];

    private PlotsLoader() : base("AttentionNotebooks charts")
    {
        Assembly kit = typeof(PlotsLoader).Assembly, core = typeof(HeadGrid).Assembly;
        foreach (var name in kit.GetReferencedAssemblies().Concat(core.GetReferencedAssemblies())) _shared[name.Name!] = null;
        _shared[kit.GetName().Name!] = kit;
        _shared[core.GetName().Name!] = core;
    }

    /// <summary>The one context of this process.</summary>
    public static PlotsLoader Context => _context.Value;

    /// <summary>The charts, from the context.</summary>
    /// <exception cref="InputException">The charts' assembly is missing or does not fit this one.</exception>
    public static IPlots Load()
    {
        var assembly = Context.LoadBeside(Charts);
        var type = assembly.GetExportedTypes().SingleOrDefault(t => t.IsClass && typeof(IPlots).IsAssignableFrom(t))
            ?? throw new InputException(assembly.Location, null, "holds no charts for this version of the kit", "Build the solution again");
        return (IPlots)Activator.CreateInstance(type)!;
    }

    /// <summary>An assembly that lies beside this one, in this context.</summary>
    /// <param name="name">Its simple name.</param>
    /// <exception cref="InputException">There is no such file.</exception>
    public Assembly LoadBeside(string name)
    {
        string path = PathOf(name);
        return File.Exists(path) ? LoadFromAssemblyPath(path)
            : throw new InputException(path, null, "is missing", "Build it: dotnet build -c Release src/AttentionNotebooks.Cli");
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (_shared.TryGetValue(assemblyName.Name!, out var shared)) return shared; // null: the host's, as for the kit itself
        string path = PathOf(assemblyName.Name!);
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    // Beside the kit in the solution's output; from the package in a folder of their own, which an application has beside
    // the kit, and a notebook host, which takes assemblies from the package cache, above lib/net10.0.
    private static string PathOf(string name)
    {
        string kit = Path.GetDirectoryName(typeof(PlotsLoader).Assembly.Location)!;
        string[] places = [Path.Combine(kit, "charts"), Path.Combine(kit, "..", "..", "charts"), kit];
        return places.Select(p => Path.GetFullPath(Path.Combine(p, name + ".dll"))).FirstOrDefault(File.Exists)
            ?? Path.Combine(kit, name + ".dll");
    }
}
