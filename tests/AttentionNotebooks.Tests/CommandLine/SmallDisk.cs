using System.Diagnostics;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary>A file system of a few megabytes in memory, which can be filled to its last page and made read-only.</summary>
internal sealed class SmallDisk : IDisposable
{
    /// <summary>The unit in which space is taken, in bytes.</summary>
    public const int Page = 4096;

    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    /// <summary>The folder that it is mounted at.</summary>
    public string Root => _path;

    private string Filler => Path.Combine(_path, "filler");

    /// <summary>Mounts one at a folder of its own; the calling test is skipped where that is not to be had.</summary>
    public static SmallDisk Mount(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a file system of the test's own needs Linux");
        Directory.CreateDirectory(path);
        string? refusal = Run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", path);
        Assert.SkipWhen(refusal is not null, $"a file system of the test's own needs the right to mount one: {refusal}");
        return new SmallDisk(path);
    }

    /// <summary>Takes all space but some pages.</summary>
    public void Fill(int pagesLeft)
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            while (true) filler.Write(new byte[Page]);
        }
        catch (IOException) { filler.SetLength(Math.Max(0, filler.Length / Page - pagesLeft) * Page); }
    }

    /// <summary>Gives the space back.</summary>
    public void Empty() => File.Delete(Filler);

    /// <summary>Allows no more writing.</summary>
    public void Close() => Assert.Null(Run("mount", "-o", "remount,ro", _path));

    /// <summary>Every file but the filler, by its path on the disk.</summary>
    public Dictionary<string, byte[]> Files() =>
        Directory.GetFiles(_path, "*", SearchOption.AllDirectories).Where(f => f != Filler)
        .ToDictionary(f => Path.GetRelativePath(_path, f), File.ReadAllBytes);

    public void Dispose() => Run("umount", "-l", _path);

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string error = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error;
        }
        catch (System.ComponentModel.Win32Exception e) { return e.Message; }
    }
}
