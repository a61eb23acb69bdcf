using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AttentionNotebooks.Runner;
using AttentionNotebooks.Tests.Runner;
using AttentionNotebooks.Tests.Runner.Export;

namespace AttentionNotebooks.Tests.Build;

/// <summary>The package of the library: what is in it, and that nothing is missing or from this machine.</summary>
[Collection(NotebookCollection.Name)]
public sealed class PackageTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private async Task<string> Pack(string name)
    {
        // What is built is packed as it lies there.
        var (code, text, error) = await ProgramBench.Dotnet(folder.Root, "pack", Repository.Path("src", "AttentionNotebooks.Package"),
            "--no-build", "-c", ProgramBench.Configuration, "-o", folder[name]);
        Assert.True(code == 0, text + error);
        return Assert.Single(Directory.GetFiles(folder[name], "*.nupkg"));
    }

    [Fact]
    public async Task It_holds_the_library_the_charts_apart_the_set_up_and_the_papers_and_is_the_same_each_time()
    {
        string file = await Pack("first");
        Assert.StartsWith("AttentionNotebooks", Path.GetFileName(file));
        using var package = ZipFile.OpenRead(file);
        var entries = package.Entries.Select(e => e.FullName)
            .Where(e => !e.StartsWith("_rels/") && !e.StartsWith("package/") && e != "[Content_Types].xml").Order(StringComparer.Ordinal)
            .ToArray();
        string id = Path.GetFileNameWithoutExtension(entries.Single(e => e.EndsWith(".nuspec")));
        string[] expected =
        [
            $"{id}.nuspec", $"buildTransitive/{id}.targets", "buildTransitive/NativeRepair.targets", "buildTransitive/ElfVersionNeeds.cs",
                "interactive-extensions/dotnet/extension.dib",
            "README.md", "LICENSE", "THIRD-PARTY-NOTICES.txt",
            .. new[] { "AttentionNotebooks", "AttentionNotebooks.Interactive" }
                .SelectMany(l => new[] { $"lib/net10.0/{l}.dll", $"lib/net10.0/{l}.xml" }),
            .. new[] { "AttentionNotebooks.Charts", "Plotly.NET", "DynamicObj", "FSharp.Core", "Fable.Core", "Giraffe.ViewEngine",
                "Newtonsoft.Json" }.Select(l => $"charts/{l}.dll"),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), entries);

        NothingIsMissing(package);
        NothingIsOfThisMachine(package);
        using var again = ZipFile.OpenRead(await Pack("second"));
        Assert.Equal(Contents(package), Contents(again));
    }

    // Each assembly that one in the package references is there, where it is looked for, or in a package that is asked for.
    private static void NothingIsMissing(ZipArchive package)
    {
        var nuspec = XDocument.Load(package.Entries.Single(e => e.FullName.EndsWith(".nuspec")).Open());
        string[] asked = [.. nuspec.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => (string)e.Attribute("id")!)];
        Assert.Contains(asked, a => a.StartsWith("TorchSharp-"));
        Assert.DoesNotContain("Plotly.NET", asked);
        Assert.All(nuspec.Descendants().Where(e => e.Name.LocalName == "dependency"),
            d => Assert.DoesNotContain("runtime", (string?)d.Attribute("exclude") ?? "", StringComparison.OrdinalIgnoreCase));
        string[] lib = References(package, "lib/"), charts = References(package, "charts/");
        string[] inLib = Names(package, "lib/"), inCharts = Names(package, "charts/");
        // A package brings the assembly of its name, except for one, and what its own dependencies bring.
        asked = [.. asked.Select(a => a == "Parquet.Net" ? "Parquet" : a)];
        string[] brought = [.. asked, "TorchSharp", "Microsoft.ML.DataView", "Microsoft.AspNetCore.Html.Abstractions", "Apache.Arrow"];
        Assert.DoesNotContain(lib.Except(inLib).Except(brought), n => !IsFramework(n));
        Assert.DoesNotContain(charts.Except(inCharts).Except(inLib).Except(brought), n => !IsFramework(n));
        // Nothing is asked for that is not used.
        Assert.DoesNotContain(asked.Except(lib), a => !a.StartsWith("TorchSharp-"));
    }

    private static void NothingIsOfThisMachine(ZipArchive package)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] paths = [.. new[] { Repository.Root, home }.Where(p => p.Trim('/').Length > 4)];
        foreach (var entry in package.Entries.Where(e => !e.FullName.EndsWith(".dll") || e.Name.StartsWith("AttentionNotebooks")))
        {
            byte[] bytes = Bytes(entry);
            foreach (string path in paths)
            {
                // only Release hides the sources' folder
                if (ProgramBench.Configuration == "Debug" && entry.Name.EndsWith(".dll")) continue;
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(path)) < 0
                    && bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(path)) < 0, $"{entry.FullName} holds {path}");
            }
        }
    }

    [Fact]
    public void The_set_up_that_a_notebook_host_runs_with_the_package_runs()
    {
        using var bench = new NotebookBench();
        var extension = Assert.Single(NotebookReader.Read(Repository.Path("src", "AttentionNotebooks.Package", "extension.dib")).Cells);
        var outputs = bench.Outputs($"#r \"{typeof(Kit).Assembly.Location.Replace('\\', '/')}\"", extension.Source);
        Assert.StartsWith("AttentionNotebooks " + Kit.Version, Assert.IsType<DisplayOutput>(Assert.Single(outputs)).Data[Mime.Plain]);
    }

    [Fact]
    public void The_code_in_the_packages_README_runs()
    {
        string readme = File.ReadAllText(Repository.Path("src", "AttentionNotebooks.Package", "README.md"));
        string code = Regex.Match(readme, "```csharp\r?\n(.*?)```", RegexOptions.Singleline).Groups[1].Value.Replace("path/to/bert",
            Repository.Path("data", "demo-bert").Replace('\\', '/'));
        using var bench = new NotebookBench();
        string references = string.Concat(new[] { typeof(Head), typeof(Kit) }
            .Select(t => $"#r \"{t.Assembly.Location.Replace('\\', '/')}\"\n"));
        Assert.Contains("tokens far", string.Concat(bench.Outputs(references + code).OfType<StreamOutput>().Select(o => o.Text)));
        Assert.True(new FileInfo(bench.PathOf("grid.html")).Length > 1_000_000, "the page holds no plotly.js");
    }

    private static bool IsFramework(string assembly) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, assembly + ".dll"));

    private static string[] Names(ZipArchive package, string folder) =>
        [.. Assemblies(package, folder).Select(e => Path.GetFileNameWithoutExtension(e.Name))];

    private static IEnumerable<ZipArchiveEntry> Assemblies(ZipArchive package, string folder) =>
        package.Entries.Where(e => e.FullName.StartsWith(folder) && e.Name.EndsWith(".dll"));

    private static string[] References(ZipArchive package, string folder) => [.. Assemblies(package, folder).SelectMany(e =>
    {
        using var file = new PEReader(new MemoryStream(Bytes(e)));
        var metadata = file.GetMetadataReader();
        return metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name)).ToArray();
    }).Distinct()];

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string[] Contents(ZipArchive package) =>
        [.. package.Entries.Where(e => !e.FullName.StartsWith("package/") && !e.FullName.StartsWith("_rels/"))
        .OrderBy(e => e.FullName, StringComparer.Ordinal)
        .Select(e => $"{e.FullName} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Bytes(e)))}")];
}
