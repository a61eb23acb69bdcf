namespace AttentionNotebooks.Tests;

/// <summary>Paths of the repository, and of the real data that some tests want beside it.</summary>
internal static class Repository
{
    /// <summary>The folder of AttentionNotebooks.sln.</summary>
    public static string Root { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>A file of <c>../shared/data</c>; the test is skipped where it is not there.</summary>
    public static string SharedData(params string[] parts)
    {
        string path = System.IO.Path.GetFullPath(Path(["..", "shared", "data", .. parts]));
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path),
            $"needs ../shared/data/{string.Join('/', parts)} beside the repository");
        return path;
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "AttentionNotebooks.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("AttentionNotebooks.sln is in no folder above the tests");
    }
}
