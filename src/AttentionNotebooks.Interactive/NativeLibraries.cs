using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace AttentionNotebooks;

/// <summary>
/// Finds libtorch for TorchSharp. Under a notebook host nobody reads a deps.json, so TorchSharp's own search misses
/// runtimes/&lt;rid&gt;/native and the package cache; libraries that are already loaded it does find.
/// </summary>
internal static class NativeLibraries
{
    /// <summary>Loads libtorch unless it is there, and says which device tensors will live on.</summary>
    /// <param name="folder">The folder of TorchSharp.dll.</param>
    /// <returns>The device, <c>cpu</c> or <c>cuda</c>, or <see langword="null"/> and, in one line, why libtorch cannot be used.</returns>
    public static (string? Device, string? Problem) Prepare(string folder)
    {
        try
        {
            OpenMp.WaitPassively();
            // TorchSharp is not asked before: where it finds no libtorch it copies half a gigabyte about and answers with a page of text.
            return Preload(folder) ? (Device(), null)
                : (null,
                    $"it is neither in {folder} nor in the package cache; build the solution, or reference the package TorchSharp-cpu");
        }
        catch (Exception e)
        {
            // Notebooks that only read tables and draw need no tensors; the set-up says so and goes on.
            return (null, e.GetBaseException().Message.Split('\n', 2)[0].Trim());
        }
    }

    // In the order in which they depend on one another; each is there on some platforms and builds only.
    private static IEnumerable<string> FileNames()
    {
        string[] names = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch", "LibTorchSharp"];
        if (OperatingSystem.IsWindows()) return names.Select(n => $"{n}.dll");
        return names.Select(n => OperatingSystem.IsMacOS() ? $"lib{n}.dylib" : $"lib{n}.so");
    }

    private static bool Preload(string folder)
    {
        if (NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out _)) return true;
        string platform = RuntimeInformation.RuntimeIdentifier;
        string[] places = [folder, Path.Combine(folder, "runtimes", platform, "native"),
            .. PackagedLibtorch.Folders(typeof(torch).Assembly.Location, platform)];
        string[] found = [.. FileNames().Select(n => places.Select(p => Path.Combine(p, n)).FirstOrDefault(File.Exists)).OfType<string>()];
        if (found.Length == 0) return false;
        foreach (string path in found) NativeLibrary.Load(PackagedLibtorch.Loadable(path));
        return true;
    }

    // Not inlined: the first mention of torch's static state would otherwise load it before the libraries are there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Device() => torch.cuda.is_available() ? "cuda" : "cpu";
}
