using System.Text.Json.Nodes;

namespace AttentionNotebooks.Tests.Bert.Hub;

/// <summary>Servers that lie or refuse: one clear line, nothing under the final name, and no secret told.</summary>
public class LyingServerTests
{
    private const string Token = "hf_SecretSecretSecret";

    [Fact]
    public async Task Bytes_that_do_not_have_the_promised_hash_are_deleted()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        byte[] other = [.. hub.Weights];
        other[123_456] ^= 1;
        hub.OnFileHost = r => FakeHub.Content(r, other, "\"x\"");
        var e = await hub.Refusal(folder["a"]);
        Assert.Contains("model.safetensors: does not have the hash that the hub promised", e.Message);
        Assert.Contains("has been deleted", e.Message);
        Assert.Equal([0], hub.Starts);
        Assert.DoesNotContain(Directory.EnumerateFiles(HubDownload.UnfinishedFolder(folder["a"])),
            f => f.Contains("model", StringComparison.Ordinal));

        hub.OnHub = r => r.Path.EndsWith("vocab.txt", StringComparison.Ordinal) ? new FakeReply(200, "[PAD]\n[ALL]\n"u8.ToArray()) : null;
        Assert.Contains("vocab.txt: does not have the hash", (await hub.Refusal(folder["b"])).Message);
    }

    [Fact]
    public async Task A_damaged_continuation_is_fetched_once_more_in_one_piece_and_then_refused()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        byte[] other = [.. hub.Weights];
        other[^1] ^= 1;
        hub.OnFileHost = r => FakeHub.Content(r, other, "\"x\"") with { BreakAfter = hub.Starts.Length == 1 ? 9 : null };
        Assert.Contains("does not have the hash", (await hub.Refusal(folder["a"])).Message);
        Assert.Equal([0, 9, 0], hub.Starts);
    }

    [Fact]
    public async Task Lies_about_the_length_are_refused()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnFileHost = _ => new FakeReply(200, hub.Weights[..1000]);
        Assert.Contains("announces 1000 bytes, but the hub promised 300000", (await hub.Refusal(folder["a"])).Message);
        hub.OnFileHost = _ => new FakeReply(200, [.. hub.Weights, 0]) { Announced = -1 };
        Assert.Contains("sends more bytes, but the hub promised 300000", (await hub.Refusal(folder["a"])).Message);
        hub.OnFileHost = r => r.From == 0 ? FakeHub.Content(r, hub.Weights, "\"v\"") with { BreakAfter = 299_000 }
            : new FakeReply(206, new byte[2000]) { Headers = { ["Content-Range"] = "bytes 299000-299999/300000" } };
        Assert.Contains("sends more bytes", (await hub.Refusal(folder["a"])).Message);
        Assert.DoesNotContain(Directory.EnumerateFiles(HubDownload.UnfinishedFolder(folder["a"])),
            f => f.Contains("model", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../climb.txt"), InlineData("a/../../climb.txt"), InlineData("/etc/climb"), InlineData("..\\climb.txt"),
        InlineData("C:climb.txt"), InlineData("a//b"), InlineData("")]
    public async Task A_listing_that_climbs_out_of_the_folder_is_refused(string name)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnHub = r =>
        {
            var listing = hub.Listing();
            listing["siblings"]!.AsArray().Add(new JsonObject { ["rfilename"] = name });
            return r.Path.StartsWith("/api/", StringComparison.Ordinal) ? FakeHub.Json(listing) : null;
        };
        Assert.Contains("could lie outside", (await hub.Refusal(folder["a"])).Message);
        Assert.Empty(HubDownloadTests.Names(folder.Root));
    }

    [Theory]
    [InlineData("../../climb.safetensors", "could lie outside"), InlineData("sub/x.safetensors", "could lie outside"),
        InlineData("C:x.safetensors", "could lie outside"),
     InlineData("gone.safetensors", "names the shard gone.safetensors, which the repository does not have"),
         InlineData("config.json", "cannot be a shard"), InlineData("Model-1.safetensors", "cannot be a shard")]
    public async Task An_index_that_names_other_files_is_refused(string shard, string problem)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.Files.Remove("model.safetensors");
        hub.Files["model-1.safetensors"] = hub.Files["Model-1.safetensors"] = hub.Files["sub/x.safetensors"] = [1];
        hub.Files["model.safetensors.index.json"] = HubDownloadTests.Index("model-1.safetensors", shard);
        Assert.Contains(problem, (await hub.Refusal(folder["a"])).Message);
        Assert.Empty(hub.FileHost.Requests);
        hub.Files["model.safetensors.index.json"] = "{\"weight_map\": {}}"u8.ToArray();
        Assert.Contains("names no shards", (await hub.Refusal(folder["b"])).Message);
        hub.Files["model.safetensors.index.json"] = "{\"weight_map\": 1}"u8.ToArray();
        Assert.Contains("no weight_map", (await hub.Refusal(folder["c"])).Message);
    }

    [Theory]
    [InlineData("<html>log in</html>"), InlineData("[]"), InlineData("{}"),
        InlineData("{\"id\": \"a/b\", \"sha\": \"main\", \"siblings\": []}"),
     InlineData("{\"id\": \"a/b\", \"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{}]}")]
    public async Task An_answer_that_is_not_the_hubs_is_said_so(string text)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnHub = _ => new FakeReply(200, System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Contains("an answer that is not the hub's", (await hub.Refusal(folder["a"])).Message);
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_alone()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        await hub.Download(folder["a"], hub.Settings(Token));
        Assert.Equal(hub.Hub.Requests.Count, hub.Hub.Requests.Count(r => r["Authorization"] == $"Bearer {Token}"));
        Assert.Equal([0], hub.Starts);
        Assert.All(hub.FileHost.Requests, r => Assert.Null(r["Authorization"]));
        Assert.DoesNotContain(Token, File.ReadAllText(folder["a", "attention-notebooks.json"]));
    }

    [Theory]
    [InlineData("http://192.0.2.1/x?Signature=secret", "http://192.0.2.1"), InlineData("ftp://127.0.0.1/x", "ftp://127.0.0.1"),
        InlineData("file:///etc/passwd", "file://")]
    public async Task A_redirect_to_anything_but_https_is_not_followed(string location, string shown)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnHub = r => r.Path.EndsWith("model.safetensors", StringComparison.Ordinal) ? FakeReply.Of(302, ("Location", location)) : null;
        var e = await hub.Refusal(folder["a"], hub.Settings(Token));
        Assert.Contains($"to {shown}, which is not https, so it was not followed", e.Message);
        Assert.DoesNotContain("secret", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Redirects_without_end_or_without_address_are_refused()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnHub = r => FakeReply.Of(302, ("Location", r.Path));
        Assert.Contains("redirected more than", (await hub.Refusal(folder["a"])).Message);
        hub.OnHub = _ => FakeReply.Of(302);
        Assert.Contains("to no address", (await hub.Refusal(folder["a"])).Message);
    }

    [Theory]
    [InlineData(401, null, null, "does not exist, or is private or gated"), InlineData(401, null, Token, "refuses the token"),
        InlineData(403, null, null, "without a token"),
     InlineData(403, null, Token, "with this token"), InlineData(403, "GatedRepo", Token, "is gated"),
         InlineData(404, "RepoNotFound", null, "is not on the hub"),
     InlineData(404, "RevisionNotFound", null, "revision main: is no revision"), InlineData(400, null, null, "gets the answer 400")]
    public async Task Refusals_say_what_to_do(int status, string? code, string? token, string problem)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnHub = _ => code is null ? FakeReply.Of(status) : FakeReply.Of(status, ("X-Error-Code", code));
        var e = await hub.Refusal(folder["a"], hub.Settings(token));
        Assert.Contains(problem, e.Message);
        Assert.Equal(status is 401 or 403, e.Remedy.Contains("HF_TOKEN", StringComparison.Ordinal));
        Assert.DoesNotContain(Token, e.ToString());
        Assert.Empty(hub.Waits);
        Assert.Empty(HubDownloadTests.Names(folder.Root));
    }

    [Fact]
    public async Task A_refusal_of_the_file_host_is_not_taken_for_the_hubs()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnFileHost = _ => FakeReply.Of(403);
        var e = await hub.Refusal(folder["a"], hub.Settings(Token));
        Assert.Contains("model.safetensors: 127.0.0.1, where the hub keeps the file, answers 403", e.Message);
        Assert.DoesNotContain("ignature", e.ToString());
    }

    [Fact]
    public async Task A_repository_without_a_model_is_refused()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.Files.Remove("model.safetensors");
        Assert.Contains("has no weights that can be read", (await hub.Refusal(folder["a"])).Message);
        hub.Files.Remove("config.json");
        Assert.Contains("has no config.json", (await hub.Refusal(folder["a"])).Message);
        Assert.Empty(HubDownloadTests.Names(folder.Root));
    }
}
