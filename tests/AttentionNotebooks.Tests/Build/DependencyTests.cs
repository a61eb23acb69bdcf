using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AttentionNotebooks.Tests.Build;

/// <summary>
/// src/DEPENDENCIES.md names every package that the lock files hold, its licence and who wants it.
/// With <c>ATTENTION_NOTEBOOKS_WRITE_DEPENDENCIES=1</c> the table is written instead of compared.
/// </summary>
public sealed partial class DependencyTests
{
    private static readonly string[] Accepted = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"];

    // Packages whose nuspec names a file or an address instead of a licence's identifier: what stands there.
    private static readonly Dictionary<string, string> ByText = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Apache.Arrow"] = "Apache-2.0",
        ["CommandLineParser"] = "MIT",
        ["Fable.Core"] = "MIT",
        ["K4os.Compression.LZ4"] = "MIT",
        ["Microsoft.DotNet.PlatformAbstractions"] = "MIT",
        ["Microsoft.ML.OnnxRuntime"] = "MIT",
        ["Microsoft.ML.OnnxRuntime.Managed"] = "MIT",
        ["Microsoft.AspNetCore.Html.Abstractions"] = "Apache-2.0",
        ["SkiaSharp"] = "MIT",
        ["SkiaSharp.NativeAssets.macOS"] = "MIT",
        ["SkiaSharp.NativeAssets.Win32"] = "MIT",
    };

    private static readonly string Table = Repository.Path("src", "DEPENDENCIES.md");

    [Fact]
    public void Every_package_is_listed_with_its_licence_and_who_wants_it()
    {
        string expected = Page(Locked()) + HandWritten();
        if (Environment.GetEnvironmentVariable("ATTENTION_NOTEBOOKS_WRITE_DEPENDENCIES") == "1") File.WriteAllText(Table, expected);
        Assert.Equal(expected, File.ReadAllText(Table).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void What_is_said_of_vulnerabilities_is_about_the_locked_versions()
    {
        var said = Said().Matches(HandWritten()).Select(m => (m.Groups[1].Value, m.Groups[2].Value)).ToArray();
        Assert.NotEmpty(said);
        Assert.Subset(Locked().Keys.ToHashSet(), said.ToHashSet());
    }

    [Fact]
    public void Every_project_is_locked_and_the_lock_files_name_no_machine()
    {
        foreach (string project in Projects())
        {
            string file = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            Assert.True(File.Exists(file), $"{Path.GetFileName(project)} has no lock file");
            string text = File.ReadAllText(file);
            Assert.DoesNotContain("://", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Repository.Root, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Packages_that_bring_a_model_are_listed_with_their_version()
    {
        var targets = XDocument.Load(Repository.Path("src", "Build", "Encoders.targets"));
        var brought = targets.Descendants("Encoder").Select(e => (e.Element("Package")!.Value, e.Element("Version")!.Value)).ToArray();
        Assert.Equal(2, brought.Length);
        string listed = HandWritten();
        Assert.All(brought, p => Assert.Contains($"\n| {p.Item1} | {p.Item2} | MIT | Apache-2.0 (", listed, StringComparison.Ordinal));
    }

    // The part below the table.
    private static string HandWritten()
    {
        string page = File.ReadAllText(Table).ReplaceLineEndings("\n");
        return page[page.IndexOf("\n## Packages that bring a model\n", StringComparison.Ordinal)..];
    }

    private static IEnumerable<string> Projects() =>
        new[] { "src", "tests" }.SelectMany(f => Directory.GetDirectories(Repository.Path(f)))
        .SelectMany(f => Directory.GetFiles(f, "*.csproj"));

    // Package and version, and who asks for it: projects by their name, packages by theirs.
    private static SortedDictionary<(string Package, string Version), SortedSet<string>> Locked()
    {
        var locked = new SortedDictionary<(string, string), SortedSet<string>>();
        foreach (string project in Projects())
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")));
            foreach (var packages in json.RootElement.GetProperty("dependencies").EnumerateObject().Select(framework => framework.Value))
            {
                var versions = packages.EnumerateObject().Where(p => p.Value.TryGetProperty("resolved", out _))
                    .ToDictionary(p => p.Name, p => p.Value.GetProperty("resolved").GetString()!, StringComparer.OrdinalIgnoreCase);
                foreach (var package in packages.EnumerateObject().Where(p => versions.ContainsKey(p.Name)))
                {
                    var askers = locked.TryGetValue((package.Name, versions[package.Name]), out var known) ? known
                        : locked[(package.Name, versions[package.Name])] = new(StringComparer.Ordinal);
                    if (package.Value.GetProperty("type").GetString() == "Direct") askers.Add(Path.GetFileNameWithoutExtension(project));
                    askers.UnionWith(packages.EnumerateObject()
                        .Where(p => versions.ContainsKey(p.Name) && p.Value.TryGetProperty("dependencies", out var wants)
                            && wants.EnumerateObject().Any(w => w.Name.Equals(package.Name, StringComparison.OrdinalIgnoreCase)))
                            .Select(p => p.Name));
                }
            }
        }
        return locked;
    }

    private static string Page(SortedDictionary<(string Package, string Version), SortedSet<string>> locked)
    {
        var rows =
            locked.Select(p =>
                $"| {p.Key.Package} | {p.Key.Version} | {Licence(p.Key.Package, p.Key.Version)} | {string.Join(", ", p.Value)} |\n");
        return "# Packages that the kit is built and tested with\n\n"
            + "This table is made from the lock files (`packages.lock.json`: Linux, x64, CPU) and the licence that each package states. A "
            + "test compares it. The libtorch packages have a file LICENSE-LIBTORCH.txt with the licences of libtorch and of all that it "
            + "contains. Some packages are not in the lock files; check their licences if you build with them: TorchSharp's CUDA packages "
            + "(Windows, `-p:Torch=cuda`) and Accord (`-p:UseAccord=true`, LGPL-2.1).\n\n"
            + "| package | version | licence | used by |\n|---|---|---|---|\n" + string.Concat(rows);
    }

    private static string Licence(string package, string version)
    {
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string nuspec = Path.Combine(cache, package.ToLowerInvariant(), version.ToLowerInvariant(), $"{package.ToLowerInvariant()}.nuspec");
        Assert.SkipUnless(File.Exists(nuspec), $"{package} {version} is not in the package cache: this platform has other packages");
        var licence = XDocument.Load(nuspec).Descendants().FirstOrDefault(e => e.Name.LocalName == "license");
        string? stated = licence?.Attribute("type")?.Value == "expression" ? licence.Value : ByText.GetValueOrDefault(package);
        Assert.True(stated is not null && Accepted.Contains(stated),
            $"{package} {version}: licence {licence?.Value ?? "by address"} has not been looked at");
        return stated!;
    }

    [GeneratedRegex(@"^- \*\*(\S+) (\S+)\*\*", RegexOptions.Multiline)]
    private static partial Regex Said();
}
