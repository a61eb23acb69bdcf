using System.Text.Json;
using AttentionNotebooks.Tests.Attention;
using AttentionNotebooks.Tests.Clustering;
using AttentionNotebooks.Tests.Features;

namespace AttentionNotebooks.Tests.CommandLine;

/// <summary><c>attn cluster</c> and what feeds it: every algorithm, distances, texts, and the report.</summary>
public class ClusterVerbTests
{
    private static readonly string Heads = Repository.Path("data", "bert-base", "heads.csv");

    [Theory]
    [InlineData("kmeans"), InlineData("gmm"), InlineData("ward"), InlineData("kmedoids"), InlineData("spectral")]
    public async Task Every_algorithm_of_the_contract_writes_rows_and_figures(string algorithm)
    {
        using var folder = new TestFolder();
        var (code, _, error) = await Shell.Attn("cluster", "--heads", Heads, "--algorithm", algorithm, "--k", "3", "--features",
            "mean_distance,entropy,sep", "--out", folder["c.csv"], "--json", folder["r.json"]);
        Assert.True(code == 0, error);
        Assert.Equal(145, File.ReadAllLines(folder["c.csv"]).Length);
        using var report = JsonDocument.Parse(File.ReadAllText(folder["r.json"]));
        var root = report.RootElement;
        Assert.Equal(algorithm, root.GetProperty("algorithm").GetString());
        foreach (string figure in new[] { "inertia", "silhouette", "calinski_harabasz", "davies_bouldin" })
            Assert.True(root.GetProperty(figure).GetDouble() > 0, figure);
        Assert.InRange(root.GetProperty("stability").GetProperty("mean").GetDouble(), 0, 1);
        Assert.Equal(algorithm == "gmm", root.GetProperty("bic").ValueKind == JsonValueKind.Number);
        var chance = root.GetProperty("null").GetProperty("shuffled_features");
        Assert.InRange(chance.GetProperty("runs").GetInt32(), 50, 99);
        Assert.True(chance.GetProperty("inertia_ratio").GetDouble() < chance.GetProperty("inertia_ratio_mean").GetDouble());
        var copula = root.GetProperty("null").GetProperty("gaussian_copula");
        Assert.InRange(copula.GetProperty("runs").GetInt32(), algorithm == "gmm" ? 50 : 900, algorithm == "gmm" ? 99 : 999);
        string? claim = copula.GetProperty("claim").GetString();
        if (copula.GetProperty("silhouette_p").GetDouble() < 0.05) Assert.Contains("same margins and rank correlations", claim);
        else Assert.Null(claim);
        Assert.Equal(144, root.GetProperty("heads").GetArrayLength());
        Assert.Equal(root.GetProperty("silhouette").GetDouble(), root.GetProperty("heads").EnumerateArray()
            .Average(h => h.GetProperty("silhouette").GetDouble()), 1e-12);
        Assert.Equal(StandardFeatures.All.Count, root.GetProperty("differences").GetArrayLength());
        Assert.True(root.GetProperty("differences").EnumerateArray().Single(d => d.GetProperty("feature").GetString() == "entropy")
            .GetProperty("clustered").GetBoolean());
    }

    [Fact]
    public async Task Maps_give_distances_texts_and_mean_maps_to_cluster_with()
    {
        using var folder = new TestFolder();
        // 1 × 1 head is too few to cluster: what is checked is that the files fit one another and that the error is clear.
        string maps = MapArchiveTests.Save(folder, Maps.Previous(8), Maps.Random(6, 1));
        Assert.Equal(0, (await Shell.Attn("features", "--maps", maps, "--out", folder["h.csv"])).Code);
        Assert.Equal(0, (await Shell.Attn("distances", "--maps", maps, "--metric", "js", "--out", folder["d.npz"])).Code);
        var (code, output, _) = await Shell.Attn("text-features", "--maps", maps, "--features", "previous,entropy", "--out",
            folder["t.npz"]);
        Assert.Equal(0, code);
        Assert.Contains("2 features of 1 × 1 heads in 2 texts", output);
        Assert.Equal(HeadTable.Read(folder["h.csv"])[0, 0, "previous"], TextValues.Read(folder["t.npz"]).ToTable()[0, 0, "previous"], 1e-6);
        Assert.Equal(0, (await Shell.Attn("mean-maps", "--maps", maps, "--bins", "5", "--out", folder["m.npz"])).Code);
        Assert.Equal(5, MeanMaps.Read(folder["m.npz"]).Bins);
        await Fails("more than the 1 heads there are", "cluster", "--heads", folder["h.csv"], "--k", "2", "--algorithm", "spectral",
            "--distances", folder["d.npz"], "--out", folder["x.csv"]);
        await Fails("of 1 heads, and the table has 144", "cluster", "--heads", Heads, "--k", "2", "--algorithm", "kmedoids", "--distances",
            folder["d.npz"], "--out", folder["x.csv"]);
        await Fails("entry distances: is missing", "cluster", "--heads", Heads, "--k", "2", "--algorithm", "kmedoids", "--distances",
            folder["t.npz"], "--out", folder["x.csv"]);
    }

    [Fact]
    public async Task Distances_are_clustered_on_instead_of_the_columns()
    {
        using var folder = new TestFolder();
        var d = HeadSpace.OfPoints([.. Golden.RealTable.Column("sep").Select(v => new[] { v })]).Distances;
        AttentionNotebooks.Npz.Write(folder["d.npz"],
            [("distances", s => AttentionNotebooks.NpyArray.Write(s, [144, 144], d.Cast<double>().ToArray()))]);
        foreach (string algorithm in new[] { "kmedoids", "spectral" })
        {
            var (code, _, error) = await Shell.Attn("cluster", "--heads", Heads, "--algorithm", algorithm, "--distances", folder["d.npz"],
                "--k", "auto", "--out", folder["c.csv"], "--json", folder["r.json"]);
            Assert.True(code == 0, error);
            using var report = JsonDocument.Parse(File.ReadAllText(folder["r.json"]));
            Assert.Equal("given", report.RootElement.GetProperty("distances").GetString());
            Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("null").ValueKind);
        }
        await Fails("works on features", "cluster", "--heads", Heads, "--k", "3", "--distances", folder["d.npz"], "--out", folder["x.csv"]);
    }

    [Fact]
    public async Task Texts_add_the_stability_over_them()
    {
        using var folder = new TestFolder();
        var (code, _, error) = await Shell.Attn("cluster", "--heads", Heads, "--k", "4", "--texts",
            Repository.Path("data", "bert-base", "texts.npz"), "--out", folder["c.csv"], "--json", folder["r.json"]);
        Assert.True(code == 0, error);
        using var report = JsonDocument.Parse(File.ReadAllText(folder["r.json"]));
        Assert.InRange(report.RootElement.GetProperty("stability").GetProperty("over_texts").GetProperty("mean").GetDouble(), 0.85, 1);
        Assert.Equal(2, (await Shell.Attn("cluster", "--heads", Heads, "--k", "4", "--texts", "t.npz", "--out", folder["c.csv"])).Code);
    }

    private static async Task Fails(string naming, params string[] arguments)
    {
        var (code, _, error) = await Shell.Attn(arguments);
        Assert.Equal(1, code);
        Assert.Contains(naming, error);
    }
}
