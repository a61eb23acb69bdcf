using AttentionNotebooks.Cli.Verbs;

namespace AttentionNotebooks.Tests.Bert.Hub;

/// <summary>The hub's variables, the names that are accepted, the disk, and the verb.</summary>
public class HubSettingsTests
{
    [Fact]
    public void Variables_are_the_hubs_own()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["home"]);
        File.WriteAllText(folder["home", "token"], "hf_fromHome\n");
        string path = folder.Write("elsewhere", " hf_fromPath \n");
        Assert.Equal("hf_direct", From(("HF_TOKEN", " hf_direct\n"), ("HF_TOKEN_PATH", path)).Token);
        Assert.Equal("hf_fromPath", From(("HF_TOKEN_PATH", path), ("HF_HOME", folder["home"])).Token);
        Assert.Equal("hf_fromHome", From(("HF_HOME", folder["home"])).Token);
        Assert.Null(From(("HF_HOME", folder["nowhere"]), ("HF_TOKEN", " ")).Token);
        Assert.Equal("https://huggingface.co/", From(("HF_HOME", folder["nowhere"])).Endpoint.AbsoluteUri);
        Assert.Equal("https://mirror.example/hub",
            From(("HF_HOME", folder["nowhere"]), ("HF_ENDPOINT", "https://mirror.example/hub")).Endpoint.AbsoluteUri);
        foreach (string yes in new[] { "1", "true", "Yes", "ON" }) Assert.True(From(("HF_TOKEN", "x"), ("HF_HUB_OFFLINE", yes)).Offline);
        foreach (string no in new[] { "0", "false", "" }) Assert.False(From(("HF_TOKEN", "x"), ("HF_HUB_OFFLINE", no)).Offline);
    }

    [Theory]
    [InlineData("http://huggingface.co"), InlineData("ftp://127.0.0.1"), InlineData("huggingface.co"),
        InlineData("https://me:password@huggingface.co"), InlineData("https://huggingface.co/?token=password")]
    public void An_endpoint_that_is_not_encrypted_or_holds_secrets_is_refused(string endpoint)
    {
        var e = Assert.Throws<InputException>(() => From(("HF_TOKEN", "x"), ("HF_ENDPOINT", endpoint)));
        Assert.StartsWith("HF_ENDPOINT: ", e.Message);
        Assert.DoesNotContain("password", e.Message);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080"), InlineData("http://localhost:8080"), InlineData("http://[::1]:8080")]
    public void Plain_http_is_for_loopback(string endpoint) =>
        Assert.Equal(new Uri(endpoint), From(("HF_TOKEN", "x"), ("HF_ENDPOINT", endpoint)).Endpoint);

    [Fact]
    public void A_token_that_cannot_be_one_is_not_repeated()
    {
        var e = Assert.Throws<InputException>(() => From(("HF_TOKEN", "hf_a\r\nX: y")));
        Assert.StartsWith("HF_TOKEN: ", e.Message);
        Assert.DoesNotContain("hf_a", e.ToString());
        using var folder = new TestFolder();
        string path = folder.Write("token", "hf_a b\n");
        e = Assert.Throws<InputException>(() => From(("HF_TOKEN_PATH", path)));
        Assert.StartsWith($"{path}: ", e.Message);
        Assert.DoesNotContain("hf_a", e.ToString());
    }

    [Theory]
    [InlineData(""), InlineData("a/b/c"), InlineData("../x"), InlineData("a/.."), InlineData("a//b"), InlineData("/a"), InlineData("a/"),
        InlineData("a b"), InlineData("a--b"), InlineData("-a"), InlineData("a.git"), InlineData("a?b"), InlineData("ä")]
    public async Task Names_that_are_no_repository_are_refused_before_anything_is_asked(string repository)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        Assert.Contains("is no name of a model", (await hub.Refusal(folder["a"], repository: repository)).Message);
        Assert.Empty(hub.Hub.Requests);
    }

    [Theory]
    [InlineData(""), InlineData("../main"), InlineData("a..b"), InlineData("a b"), InlineData("-x"), InlineData("a?b"), InlineData("a//b"),
        InlineData("a/"), InlineData("a\nb")]
    public async Task Names_that_are_no_revision_are_refused_before_anything_is_asked(string revision)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        Assert.Contains("is no name of a revision", (await hub.Refusal(folder["a"], revision: revision)).Message);
        Assert.Empty(hub.Hub.Requests);
    }

    [Fact]
    public async Task Offline_nothing_is_asked()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        Assert.Contains("HF_HUB_OFFLINE", (await hub.Refusal(folder["a"], hub.Settings(offline: true))).Message);
        Assert.Empty(hub.Hub.Requests);
    }

    [Fact]
    public async Task A_disk_without_room_or_a_folder_that_cannot_be_made_is_said_so()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        Assert.Contains("needs 0.3 MB more, but 0.1 MB are free there",
            (await hub.Refusal(folder["a"], hub.Settings(free: 100_000))).Message);
        Assert.Empty(hub.FileHost.Requests);
        folder.Write("file", "x");
        Assert.Contains("cannot be read or written", (await hub.Refusal(folder["file", "model"])).Message);
        Assert.Contains("exists already", (await hub.Refusal(folder["file"])).Message);
    }

    [Fact]
    public async Task Two_downloads_into_one_folder_do_not_mix()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        using (CollectingFolder.Open(folder["a"])) Assert.Contains("in use by another download", (await hub.Refusal(folder["a"])).Message);
        Assert.True((await hub.Download(folder["a"])).Fetched);
    }

    [Fact]
    public async Task The_verb_downloads_then_verifies()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        foreach (string done in new[] { "fetched and verified", "was there already, verified" })
        {
            var (code, output, error) = await Verb(hub, FakeHub.Repository, "--out", folder["a"]);
            Assert.Equal(0, code);
            Assert.Equal($"{folder["a"]}: owner/tiny-bert at commit {FakeHub.Commit}, 3 files, 0.3 MB, {done}\n",
                output.ReplaceLineEndings("\n"));
            Assert.Empty(error);
        }
    }

    [Fact]
    public async Task The_verb_tells_waits_and_where_a_stopped_download_lies()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        using var stop = new CancellationTokenSource();
        hub.OnHub = r => r.Path.StartsWith("/api/", StringComparison.Ordinal) && hub.Hub.Requests.Count == 1 ? FakeReply.Of(503) : null;
        hub.OnFileHost = _ =>
        {
            if (hub.FileHost.Requests.Count == 2) stop.Cancel();
            return FakeReply.Of(503);
        };
        StringWriter output = new(), error = new();
        var command = DownloadVerb.Create(output, error, () => hub.Settings());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.Parse([FakeHub.Repository, "--out", folder["a"]])
            .InvokeAsync(new() { EnableDefaultExceptionHandler = false }, stop.Token));
        Assert.StartsWith("127.0.0.1 answers 503; trying again in", error.ToString());
        Assert.Contains("model.safetensors: 0.0/0.3 MB, 127.0.0.1 answers 503; trying again in", error.ToString());
        Assert.Contains($"{folder["a"]}.download; the same command continues from there.", error.ToString());
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task A_bad_name_is_one_line_and_exit_1_and_no_name_is_exit_2()
    {
        StringWriter output = new(), error = new();
        Assert.Equal(1, await AttentionNotebooks.Cli.Attn.Run(["download", "../x"], output, error));
        Assert.Equal(
            "attn: ../x: is no name of a model on the hub. Write it like google-bert/bert-base-uncased: owner/name in letters, digits and "
                + "the signs - _ . between them.\n", error.ToString().ReplaceLineEndings("\n"));
        Assert.Equal(2, await AttentionNotebooks.Cli.Attn.Run(["download"], output, error));
        Assert.Empty(output.ToString());
    }

    private static HubSettings From(params (string Name, string Value)[] variables) =>
        HubSettings.FromEnvironment(name => variables.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault());

    private static async Task<(int Code, string Output, string Error)> Verb(FakeHub hub, params string[] arguments)
    {
        StringWriter output = new(), error = new();
        int code = await DownloadVerb.Create(output, error, () => hub.Settings()).Parse(arguments)
            .InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), error.ToString());
    }
}
