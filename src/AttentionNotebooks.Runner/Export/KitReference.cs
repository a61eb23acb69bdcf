using System.Text;

namespace AttentionNotebooks.Runner;

/// <summary>
/// How a file-based app finds the kit: by the project of this very program, from whose output folder it also runs, so
/// that libtorch lies on the disk once. The path is relative for a file inside the repository, which then may be moved
/// as a whole, and absolute for a file outside, which then may be moved by itself.
/// </summary>
internal sealed class KitReference
{
    private const string Marker = "AttentionNotebooks.sln";

    private readonly string root;
    private readonly string folder;
    private readonly bool inside;

    /// <summary>For a program at <paramref name="target"/>.</summary>
    /// <exception cref="InputException">This program does not run from a repository.</exception>
    public KitReference(string target)
    {
        root = Root();
        folder = Path.GetDirectoryName(target)!;
        inside = IsInside(folder);
    }

    /// <summary>The directives: the project, and how the app is built.</summary>
    /// <param name="withUnsafeCode">The program has unsafe code.</param>
    public string Directives(bool withUnsafeCode)
    {
        var lines = new StringBuilder();
        lines.Append($"#:project {PathTo(Path.Combine(root, "src", "AttentionNotebooks.Cli", "AttentionNotebooks.Cli.csproj"))}\n");
        // Beside the kit's own assemblies, under a name that no other file has.
        lines.Append($"#:property OutputPath={Escaped(PathTo(Path.Combine(root, "artifacts", "bin")))}/\n");
        lines.Append("#:property AssemblyName=notebook.$(MSBuildProjectName).$([MSBuild]::StableStringHash($(MSBuildProjectDirectory)))\n");
        foreach (string property in (string[])
        [
            "AppendTargetFrameworkToOutputPath=false", "CopyLocalLockFileAssemblies=false", "GenerateDependencyFile=false",
                "PublishAot=false",
            // A cell is compiled with these imports and no others, and may have warnings. It is not optimised, since merged
            // statements give an exception the line of another; the kit, where the work is done, is.
            "ImplicitUsings=disable", "Nullable=disable", "Optimize=false", "TreatWarningsAsErrors=false",
                "GenerateDocumentationFile=false",
        ]) lines.Append($"#:property {property}\n");
        if (withUnsafeCode) lines.Append("#:property AllowUnsafeBlocks=true\n");
        return lines.ToString().TrimEnd('\n');
    }

    /// <summary>A path as the program writes it: relative where both lie in the repository.</summary>
    public string PathTo(string path) => (inside && IsInside(path) ? Path.GetRelativePath(folder, path) : path).Replace('\\', '/');

    private bool IsInside(string path) => (path + Path.DirectorySeparatorChar)
        .StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Escaped(string path) =>
        path.Replace("%", "%25", StringComparison.Ordinal).Replace("$", "%24", StringComparison.Ordinal)
        .Replace(";", "%3B", StringComparison.Ordinal);

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, Marker))) return at.FullName;
        throw new InputException(AppContext.BaseDirectory, null,
            $"lies in no folder with {Marker}, and a program of a notebook needs the kit's sources",
                "Run the attn of a copy of the repository");
    }
}
