using System.Runtime.InteropServices;
using System.Xml;
using System.Xml.Linq;
using TorchSharp;

namespace AttentionNotebooks;

/// <summary>
/// Where libtorch lies when a notebook took the kit as a package: not beside it, but in packages of their own in
/// NuGet's cache, <c>torchsharp/0.107.0/runtimes/linux-x64/native</c> and <c>libtorch-cpu-linux-x64/2.10.0/…</c>.
/// </summary>
internal static class PackagedLibtorch
{
    private const string SystemLibrary = "libstdc++.so.6";

    /// <summary>The folders with libtorch's and TorchSharp's native libraries, none where TorchSharp does not come from a package
    /// cache.</summary>
    /// <param name="torchSharp">The path of TorchSharp.dll: <c>CACHE/torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll</c>.</param>
    /// <param name="platform">The runtime identifier, such as <c>linux-x64</c>.</param>
    public static IReadOnlyList<string> Folders(string torchSharp, string platform)
    {
        var package = new FileInfo(torchSharp).Directory?.Parent?.Parent;
        if (package?.Parent is not { Name: "torchsharp", Parent: { } cache }
            || LibtorchVersion(cache.FullName, package.Name) is not { } version) return [];
        return [Path.Combine(cache.FullName, $"libtorch-cpu-{platform}", version, "runtimes", platform, "native"),
            Path.Combine(package.FullName, "runtimes", platform, "native")];
    }

    /// <summary>
    /// A copy of TorchSharp's native library that loads where the system's libstdc++ is older than the one it was linked
    /// with, and does not have a version that nothing in it uses (see ElfVersionNeeds); the file itself where it is fine.
    /// </summary>
    /// <param name="file">The library in the package cache; never changed.</param>
    /// <param name="copies">The folder for copies.</param>
    /// <param name="system">The system's libstdc++, or <see langword="null"/> where it is not known.</param>
    /// <returns>The path to load.</returns>
    /// <exception cref="InvalidOperationException">The system lacks a version that is really used.</exception>
    /// <exception cref="InputException">The copy cannot be written.</exception>
    public static string Loadable(string file, string copies, string? system)
    {
        if (system is null) return file;
        byte[] offered = File.ReadAllBytes(system), image = File.ReadAllBytes(file);
        var relaxed = ElfVersionNeeds.Relax(image, (library, version) => library == SystemLibrary
            && !ElfVersionNeeds.Offers(offered, version));
        if (relaxed.Count == 0) return file;
        string copy = Path.Combine(copies, Path.GetFileName(file));
        // Another kernel may have it loaded: what is there and right stays.
        if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(image))
            AtomicFile.Write(copy, stream => stream.Write(image));
        return copy;
    }

    /// <summary>As <see cref="Loadable(string, string, string?)"/>, for this system and in the user's own folder.</summary>
    public static string Loadable(string file) => OperatingSystem.IsLinux() && Path.GetFileName(file) == "libLibTorchSharp.so"
        ? Loadable(file, Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.Create), "AttentionNotebooks", $"TorchSharp-{typeof(torch).Assembly.GetName().Version}"),
                ElfVersionNeeds.FindSystemLibrary(SystemLibrary))
        : file;

    // Which libtorch a TorchSharp wants is written in the package that ties the two together.
    private static string? LibtorchVersion(string cache, string torchSharpVersion)
    {
        try
        {
            var nuspec = XDocument.Load(Path.Combine(cache, "torchsharp-cpu", torchSharpVersion, "torchsharp-cpu.nuspec"));
            string? version = nuspec.Descendants().FirstOrDefault(e => e.Name.LocalName == "dependency"
                && (string?)e.Attribute("id") == "libtorch-cpu")?.Attribute("version")?.Value;
            return version?.Trim('[', ']', '(', ')').Split(',')[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException) { return null; }
    }
}
