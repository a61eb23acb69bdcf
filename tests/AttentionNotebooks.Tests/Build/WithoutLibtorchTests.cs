using AttentionNotebooks.Tests.Runner.Export;

namespace AttentionNotebooks.Tests.Build;

/// <summary>Head tables are read, clustered and shown where libtorch does not load, as on a platform that it has no build for.</summary>
public sealed class WithoutLibtorchTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Tables_are_clustered_and_shown()
    {
        string attn = KitWithoutLibtorch(), heads = Repository.Path("data", "bert-base", "heads.csv");
        var (code, text, error) = await ProgramBench.Dotnet(folder.Root, attn, "cluster", "--heads", heads, "--k", "4", "--out",
            folder["clusters.csv"]);
        Assert.True(code == 0, text + error);
        Assert.True(File.Exists(folder["clusters.csv"]));

        string notebook = folder.Write("table.dib", $"""
            #!csharp
            #r "{folder["kit", "AttentionNotebooks.dll"].Replace('\\', '/')}"
            #r "{folder["kit", "AttentionNotebooks.Interactive.dll"].Replace('\\', '/')}"
            using AttentionNotebooks;
            Kit.Start()

            #!csharp
            HeadTable.Read("{heads.Replace('\\', '/')}")
            """);
        (code, text, error) = await ProgramBench.Dotnet(folder.Root, attn, "run", notebook, "--out", folder["pages"]);
        Assert.True(code == 0, text + error);
        string page = File.ReadAllText(folder["pages", "table.html"]);
        Assert.Contains("libtorch does not load", page);
        Assert.Contains("mean_distance", page);
    }

    // All that lies beside the tests but native libraries; without attn.deps.json, which would miss them.
    private string KitWithoutLibtorch()
    {
        Directory.CreateDirectory(folder["kit"]);
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory)
            .Where(f => f.EndsWith(".dll") || f.EndsWith("attn.runtimeconfig.json") || f.EndsWith(".js"))
                .Where(f => !Path.GetFileName(f).Contains("torch_") && !Path.GetFileName(f).StartsWith("LibTorchSharp")))
            File.Copy(file, folder["kit", Path.GetFileName(file)]);
        return folder["kit", "attn.dll"];
    }
}
