namespace AttentionNotebooks.Benchmarks;

/// <summary>Where the repository's own files are.</summary>
internal static class Repository
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file of the repository.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    /// <summary>A file of the real data beside the repository where it is there, and one of the repository otherwise.</summary>
    public static string SharedOr(string shared, string own)
    {
        string path = System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, "..", "shared", "data", shared));
        return File.Exists(path) ? path : Path(own);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "AttentionNotebooks.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the benchmarks run from the repository's own output folder");
    }
}
