using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttentionNotebooks.Tests.Bert.Hub;

/// <summary>A download that goes well: what is fetched, what lies in the folder, and that it is not fetched twice.</summary>
public class HubDownloadTests
{
    [Fact]
    public async Task Only_the_needed_files_are_fetched_byte_for_byte_and_recorded()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        var model = await hub.Download(folder["models", "tiny"]);

        Assert.Equal(["attention-notebooks.json", "config.json", "model.safetensors", "vocab.txt"], Names(folder["models", "tiny"]));
        foreach (string name in new[] { "config.json", "model.safetensors", "vocab.txt" })
            Assert.Equal(hub.Files[name], File.ReadAllBytes(folder["models", "tiny", name]));
        Assert.Equal(["tiny"], Directory.EnumerateFileSystemEntries(folder["models"]).Select(Path.GetFileName));
        Assert.True(model.Fetched);

        using var record = JsonDocument.Parse(File.ReadAllText(folder["models", "tiny", "attention-notebooks.json"]));
        Assert.Equal(FakeHub.Repository, record.RootElement.GetProperty("repository").GetString());
        Assert.Equal("main", record.RootElement.GetProperty("revision").GetString());
        Assert.Equal(FakeHub.Commit, record.RootElement.GetProperty("commit").GetString());
        var weights = record.RootElement.GetProperty("files").EnumerateArray()
            .Single(f => f.GetProperty("name").GetString() == "model.safetensors");
        Assert.Equal(FakeHub.Sha256(hub.Weights), weights.GetProperty("sha256").GetString());
        Assert.Equal(hub.Weights.Length, weights.GetProperty("size").GetInt64());
        // Pinned: nothing is fetched by the name of a branch that may move in between.
        Assert.All(hub.Hub.Requests.Where(r => r.Path.Contains("/resolve/", StringComparison.Ordinal)),
            r => Assert.Contains($"/resolve/{FakeHub.Commit}/", r.Path));
    }

    [Fact]
    public async Task Two_downloads_are_the_same_folder()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        await hub.Download(folder["a"]);
        await hub.Download(folder["b"]);
        Assert.Equal(Names(folder["a"]), Names(folder["b"]));
        foreach (string name in Names(folder["a"]))
            Assert.Equal(File.ReadAllBytes(folder["a", name]), File.ReadAllBytes(folder["b", name]));
    }

    [Fact]
    public async Task A_complete_folder_is_verified_without_the_network()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        await hub.Download(folder["a"], revision: "refs/pr/1");
        int asked = hub.Hub.Requests.Count;
        foreach (string revision in new[] { "refs/pr/1", FakeHub.Commit })
        {
            var model = await hub.Download(folder["a"], hub.Settings(offline: true), revision: revision);
            Assert.False(model.Fetched);
            Assert.Equal(FakeHub.Commit, model.Commit);
        }
        Assert.Equal(asked, hub.Hub.Requests.Count);

        await Says(hub.Download(folder["a"]), "holds owner/tiny-bert at refs/pr/1", "--out");
        await Says(hub.Download(folder["a"], repository: "other/bert", revision: "refs/pr/1"), "not other/bert");
        byte[] bytes = File.ReadAllBytes(folder["a", "model.safetensors"]);
        bytes[7] ^= 1;
        File.WriteAllBytes(folder["a", "model.safetensors"], bytes);
        await Says(hub.Download(folder["a"], revision: "refs/pr/1"), "model.safetensors", "has changed");
        File.Delete(folder["a", "vocab.txt"]);
        File.WriteAllBytes(folder["a", "model.safetensors"], hub.Weights);
        await Says(hub.Download(folder["a"], revision: "refs/pr/1"), "vocab.txt", "is missing");
        File.WriteAllText(folder["a", "attention-notebooks.json"], "{\"files\": 3}");
        await Says(hub.Download(folder["a"], revision: "refs/pr/1"), "is damaged");
    }

    [Fact]
    public async Task A_folder_of_something_else_is_left_alone_and_an_empty_one_is_filled()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["mine"]);
        File.WriteAllText(folder["mine", "thesis.txt"], "x");
        await Says(hub.Download(folder["mine"]), "exists already", "--out");
        Assert.Equal(["thesis.txt"], Names(folder["mine"]));
        Directory.CreateDirectory(folder["empty"]);
        await hub.Download(folder["empty"]);
        Assert.Equal(4, Names(folder["empty"]).Length);
    }

    [Fact]
    public async Task Without_hashes_in_the_listing_the_headers_tell_them()
    {
        await using var hub = new FakeHub { TellsBlobs = false };
        using var folder = new TestFolder();
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal(["HEAD", "HEAD", "HEAD"], hub.Hub.Requests.Where(r => r.Method == "HEAD").Select(r => r.Method));
        Assert.DoesNotContain(hub.FileHost.Requests, r => r.Method == "HEAD");

        hub.OnHub = r => r.Path.EndsWith("vocab.txt", StringComparison.Ordinal) ? new FakeReply(200, hub.Files["vocab.txt"]) : null;
        Assert.Contains("no checksum", (await hub.Refusal(folder["b"])).Message);
    }

    [Theory]
    [InlineData("model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors"),
        InlineData("pytorch_model.bin.index.json", "pytorch_model-1.bin", "pytorch_model-2.bin")]
    public async Task Shards_of_an_index_are_fetched(string index, string one, string two)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.Files.Remove("model.safetensors");
        hub.Files[one] = FakeHub.Bytes(2000, 2);
        hub.Files[two] = FakeHub.Bytes(3000, 3);
        hub.Files["unused-3.safetensors"] = FakeHub.Bytes(100, 4);
        hub.Files[index] = Index(one, two, two);
        var steps = new List<HubProgress>();
        await hub.Download(folder["a"], progress: new Listener(steps.Add));
        Assert.Equal(new[] { "attention-notebooks.json", "config.json", index, one, two, "vocab.txt" }.Order(StringComparer.Ordinal),
            Names(folder["a"]));
        Assert.Equal(hub.Files[two], File.ReadAllBytes(folder["a", two]));
        Assert.Equal(steps[^1].Bytes, steps[^1].BytesDone);
        Assert.Equal(new[] { "config.json", "vocab.txt", index, one, two }.Sum(n => hub.Files[n].Length), steps[^1].Bytes);
    }

    [Fact]
    public async Task Weights_in_pytorchs_format_are_the_second_choice()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.Files["pytorch_model.bin"] = FakeHub.Bytes(1000, 5);
        await hub.Download(folder["a"]);
        hub.Files.Remove("model.safetensors");
        await hub.Download(folder["b"]);
        Assert.DoesNotContain("pytorch_model.bin", Names(folder["a"]));
        Assert.Contains("pytorch_model.bin", Names(folder["b"]));
    }

    [Fact]
    public async Task A_renamed_repository_is_found_and_recorded_under_its_new_name()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnHub = r => r.Path.StartsWith("/api/models/tiny-bert/", StringComparison.Ordinal)
            ? FakeReply.Of(307, ("Location", r.Path.Replace("/tiny-bert/", $"/{FakeHub.Repository}/", StringComparison.Ordinal))) : null;
        Assert.Equal(FakeHub.Repository, (await hub.Download(folder["a"], repository: "tiny-bert")).Repository);
        foreach (string name in new[] { "tiny-bert", FakeHub.Repository })
            Assert.False((await hub.Download(folder["a"], repository: name)).Fetched);
    }

    [Fact]
    public async Task Progress_counts_every_byte_once_and_ends_at_the_sum()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        var steps = new List<HubProgress>();
        await hub.Download(folder["a"], progress: new Listener(steps.Add));
        int all = hub.Weights.Length + hub.Files["config.json"].Length + hub.Files["vocab.txt"].Length;
        Assert.Equal((all, all), (steps[^1].BytesDone, steps[^1].Bytes));
        Assert.Equal(steps.Select(s => s.BytesDone).Order(), steps.Select(s => s.BytesDone));
        Assert.Equal(TimeSpan.Zero, steps[^1].Remaining);
        var half = new HubProgress("f", 50, 150, 10, null);
        Assert.Equal(TimeSpan.FromSeconds(10), half.Remaining);
        Assert.Null((half with { BytesPerSecond = 0 }).Remaining);
    }

    internal static byte[] Index(params string[] shards) =>
        Encoding.UTF8.GetBytes(new JsonObject
        {
            ["weight_map"] =
            new JsonObject(shards.Select((s, i) => KeyValuePair.Create($"tensor{i}", (JsonNode?)s)))
        }.ToJsonString());

    internal static string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static async Task Says(Task<HubModel> download, params string[] parts)
    {
        var e = await Assert.ThrowsAsync<InputException>(() => download);
        Assert.All(parts, p => Assert.Contains(p, e.Message));
    }
}

/// <summary>Hears progress at once, where <see cref="Progress{T}"/> would hear it later and on another thread.</summary>
internal sealed class Listener(Action<HubProgress> hear) : IProgress<HubProgress>
{
    public void Report(HubProgress value) => hear(value);
}
