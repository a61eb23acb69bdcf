using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting.Hosting;

namespace AttentionNotebooks.Runner;

/// <summary>
/// Finds what <c>#r</c> names. A library that lies in this program's own folder is always the one this program has
/// loaded, whatever copy the path leads to: a second copy would have types that are equal in name only, formatters
/// that nobody sees and native libraries initialised twice.
/// </summary>
internal sealed class ScriptReferences(InteractiveAssemblyLoader loader, string folder) : MetadataReferenceResolver
{
    // Metadata is read once a process: every cell of every notebook binds to the same references.
    private static readonly ConcurrentDictionary<(string Path, DateTime Written), PortableExecutableReference> Cache = new();

    private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>What a cell sees with no <c>#r</c>: the framework, the formatting library and the display functions.</summary>
    public static ImmutableArray<MetadataReference> Default { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == FrameworkFolder)
            .Append(typeof(Microsoft.DotNet.Interactive.Formatting.Formatter).Assembly.Location)
            .Append(typeof(Microsoft.AspNetCore.Html.IHtmlContent).Assembly.Location)
            .Append(typeof(Microsoft.DotNet.Interactive.Kernel).Assembly.Location)
            .Select(Metadata),
    ];

    public override bool ResolveMissingAssemblies => true;

    /// <summary>The full path that <paramref name="reference"/> means in the file <paramref name="baseFilePath"/>.</summary>
    public string FullPath(string reference, string? baseFilePath) =>
        Path.GetFullPath(reference, baseFilePath is null ? folder : Path.GetDirectoryName(baseFilePath)!);

    public override ImmutableArray<PortableExecutableReference> ResolveReference(string reference, string? baseFilePath,
        MetadataReferenceProperties properties)
    {
        if (reference.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase)) return [];
        string path = FullPath(reference, baseFilePath);
        if (Own(Path.GetFileNameWithoutExtension(path)) is { } own) return [own.WithProperties(properties)];
        if (File.Exists(path)) return [Metadata(path).WithProperties(properties)];
        string framework = Path.Combine(FrameworkFolder, reference + ".dll");
        return Path.GetFileName(reference) == reference && File.Exists(framework) ? [Metadata(framework).WithProperties(properties)] : [];
    }

    // A library's own dependencies: this program's first, then what lies beside the library.
    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity)
    {
        if (Own(referenceIdentity.Name) is { } own) return own;
        if ((definition as PortableExecutableReference)?.FilePath is not string path) return null;
        string beside = Path.Combine(Path.GetDirectoryName(path)!, referenceIdentity.Name + ".dll");
        return File.Exists(beside) ? Metadata(beside) : null;
    }

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    private PortableExecutableReference? Own(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        if (!File.Exists(path)) return null;
        loader.RegisterDependency(Loaded(name) ?? AssemblyLoadContext.Default.LoadFromAssemblyPath(path));
        return Metadata(path);
    }

    private static Assembly? Loaded(string name) => AssemblyLoadContext.Default.Assemblies.FirstOrDefault(a => a.GetName().Name == name);

    private static PortableExecutableReference Metadata(string path) =>
        Cache.GetOrAdd((path, File.GetLastWriteTimeUtc(path)), key => MetadataReference.CreateFromFile(key.Path));
}
