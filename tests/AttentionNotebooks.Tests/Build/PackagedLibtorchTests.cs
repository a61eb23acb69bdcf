namespace AttentionNotebooks.Tests.Build;

/// <summary>A notebook that takes the kit as a package finds libtorch in NuGet's cache.</summary>
public sealed class PackagedLibtorchTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string TorchSharp => folder[Path.Combine("torchsharp", "0.1.0", "lib", "net8.0", "TorchSharp.dll")];

    [Fact]
    public void The_version_is_the_one_that_the_package_of_both_names()
    {
        Nuspec(
            """<package><metadata><dependencies><group><dependency id="TorchSharp" version="0.1.0" />"""
            + """<dependency id="libtorch-cpu" version="[2.3.4, )" /></group></dependencies></metadata></package>""");
        Assert.Equal([folder[Path.Combine("libtorch-cpu-linux-x64", "2.3.4", "runtimes", "linux-x64", "native")],
            folder[Path.Combine("torchsharp", "0.1.0", "runtimes", "linux-x64", "native")]],
            PackagedLibtorch.Folders(TorchSharp, "linux-x64"));
    }

    [Fact]
    public void Outside_a_package_cache_there_is_nothing_to_look_through()
    {
        Assert.Empty(PackagedLibtorch.Folders(typeof(TorchSharp.torch).Assembly.Location, "linux-x64")); // beside the kit, as built
        // no package that names a libtorch
        Assert.Empty(PackagedLibtorch.Folders(TorchSharp, "linux-x64"));
        Nuspec("<package>");
        Assert.Empty(PackagedLibtorch.Folders(TorchSharp, "linux-x64"));                                  // a damaged one
    }

    [Fact]
    public void A_library_that_asks_for_an_unused_version_is_loaded_from_a_copy_and_stays_as_it_is()
    {
        string file = folder["libLibTorchSharp.so"], system = folder["libstdc++.so.6"];
        byte[] image = NativeRepairTests.Elf(newIsUsed: false, library: "libstdc++.so.6");
        File.WriteAllBytes(file, image);
        File.WriteAllBytes(system, "\0OLD_1\0NEW_1\0"u8);
        Assert.Equal(file, PackagedLibtorch.Loadable(file, folder["copies"], system)); // the system has it all
        File.WriteAllBytes(system, "\0OLD_1\0"u8);
        string copy = PackagedLibtorch.Loadable(file, folder["copies"], system);
        Assert.True(ElfVersionNeeds.Read(File.ReadAllBytes(copy)).Single(n => n.Version == "NEW_1").Weak);
        Assert.Equal(image, File.ReadAllBytes(file));
        var written = File.GetLastWriteTimeUtc(copy);
        Assert.Equal(copy, PackagedLibtorch.Loadable(file, folder["copies"], system));
        Assert.Equal(written, File.GetLastWriteTimeUtc(copy));
    }

    private void Nuspec(string text)
    {
        string file = folder[Path.Combine("torchsharp-cpu", "0.1.0", "torchsharp-cpu.nuspec")];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
