namespace AttentionNotebooks.Tests.Bert.Hub;

/// <summary>Connections that break, busy hubs, cancelled runs: a download goes on where it stopped, or says why not.</summary>
public class BrokenLineTests
{
    [Fact]
    public async Task After_a_break_the_next_request_begins_at_the_next_byte()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        var breaks = new Queue<int>([1, 100_000, 65_536]);
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"") with
        { BreakAfter = breaks.TryDequeue(out int after) ? after : null };
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 1, 100_001, 165_537], hub.Starts);
        Assert.Equal(hub.Weights.Length, hub.FileHost.BytesSent);
        Assert.All(hub.FileHost.Requests.Skip(1), r => Assert.Equal("\"v1\"", r["If-Range"]));
    }

    [Fact]
    public async Task A_body_without_a_length_that_ends_too_early_is_a_break_too()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"") with { BreakAfter = r.From == 0 ? 200 : null, Announced = -1 };
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 200], hub.Starts);
    }

    [Fact]
    public async Task A_line_that_always_breaks_is_given_up_and_the_next_run_goes_on()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"") with { BreakAfter = 1000 };
        var e = await hub.Refusal(folder["a"]);
        Assert.Contains("model.safetensors: 127.0.0.1 broke the connection, 4 times in a row", e.Message);
        Assert.Equal([0, 1000, 2000, 3000], hub.Starts);
        Assert.Equal(3, hub.Waits.Count);
        for (int i = 0; i < 3; i++) Assert.InRange(hub.Waits[i].TotalSeconds, 0.5 * (1 << i), 1.5 * (1 << i));

        hub.OnFileHost = _ => null;
        hub.FileHost.BytesSent = 0;
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        // The file host's ETag is another one now, so If-Range makes it send everything.
        Assert.Equal(4000, hub.Starts[^1]);
        Assert.Equal(hub.Weights.Length, hub.FileHost.BytesSent);
    }

    [Fact]
    public async Task Much_received_between_breaks_forgives_the_failures_so_far()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.Files["model.safetensors"] = FakeHub.Bytes(8 << 20, 6);
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"") with { BreakAfter = 1 << 20 };
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal(8, hub.Starts.Length);
    }

    [Fact]
    public async Task A_server_that_begins_anew_after_every_break_is_given_up()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.Files["model.safetensors"] = FakeHub.Bytes(3 << 20, 6);
        hub.OnFileHost = _ => new FakeReply(200, hub.Weights) { BreakAfter = 2 << 20 };
        Assert.Contains("times in a row", (await hub.Refusal(folder["a"])).Message);
        Assert.InRange(hub.Starts.Length, 4, 6);
    }

    [Fact]
    public async Task A_silent_connection_counts_as_broken()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"") with { SilentAfter = r.From == 0 ? 5000 : null };
        await hub.Download(folder["a"], hub.Settings(silence: TimeSpan.FromMilliseconds(400)));
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 5000], hub.Starts);
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_is_read_from_the_start()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        int asked = 0;
        hub.OnFileHost = _ => new FakeReply(200, hub.Weights) { BreakAfter = asked++ == 0 ? 1234 : null };
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 1234], hub.Starts);
    }

    [Theory]
    [InlineData("bytes 0-299999/300000"), InlineData("bytes 1000-299999/300001"), InlineData(null)]
    public async Task A_wrong_part_is_not_appended(string? range)
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.OnFileHost = r => r.From == 0 ? new FakeReply(200, hub.Weights) { BreakAfter = hub.Starts.Length == 1 ? 1000 : null }
            : range is null ? FakeReply.Of(416) : new FakeReply(206, hub.Weights[..500]) { Headers = { ["Content-Range"] = range } };
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 1000, 0], hub.Starts);
    }

    [Fact]
    public async Task Cancelling_leaves_a_state_that_the_next_run_continues()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        using var stop = new CancellationTokenSource();
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"") with { SilentAfter = r.From == 0 ? 70_000 : null };
        var stopAt70000 = new Listener(p => { if (p.File == "model.safetensors" && p.BytesDone >= 70_000 + 35) stop.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            hub.Download(folder["a"], progress: stopAt70000, cancellation: stop.Token));
        Assert.False(Directory.Exists(folder["a"]));
        Assert.Equal(70_000, new FileInfo(Path.Combine(HubDownload.UnfinishedFolder(folder["a"]), "model.safetensors.part")).Length);

        int small = hub.Hub.Requests.Count(r => r.Path.EndsWith("vocab.txt", StringComparison.Ordinal));
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 70_000], hub.Starts);
        Assert.Equal(small, hub.Hub.Requests.Count(r => r.Path.EndsWith("vocab.txt", StringComparison.Ordinal)));
        Assert.Equal(["a"], HubDownloadTests.Names(folder.Root));
        Assert.Equal(4, HubDownloadTests.Names(folder["a"]).Length);
    }

    [Fact]
    public async Task A_part_that_was_all_there_is_verified_without_another_request()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        await Interrupted(hub, folder);
        string part = Path.Combine(HubDownload.UnfinishedFolder(folder["a"]), "model.safetensors.part");
        File.WriteAllBytes(part, hub.Weights);
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0], hub.Starts);
    }

    [Fact]
    public async Task A_part_that_rotted_is_fetched_again_in_one_piece()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        await Interrupted(hub, folder);
        string part = Path.Combine(HubDownload.UnfinishedFolder(folder["a"]), "model.safetensors.part");
        File.WriteAllBytes(part, new byte[5000]);
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 5000, 0], hub.Starts);
    }

    [Fact]
    public async Task A_part_of_another_commit_is_not_continued_and_its_strays_are_removed()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        hub.Files["merges.txt"] = [1, 2, 3];
        await Interrupted(hub, folder);
        hub.Files["model.safetensors"] = FakeHub.Bytes(200_000, 77);
        hub.Files.Remove("merges.txt");
        await hub.Download(folder["a"]);
        Assert.Equal(hub.Weights, File.ReadAllBytes(folder["a", "model.safetensors"]));
        Assert.Equal([0, 0], hub.Starts);
        Assert.DoesNotContain("merges.txt", HubDownloadTests.Names(folder["a"]));
    }

    [Fact]
    public async Task A_busy_hub_is_asked_again_when_it_says()
    {
        await using var hub = new FakeHub();
        using var folder = new TestFolder();
        var busy = new Queue<FakeReply>([FakeReply.Of(429, ("Retry-After", "17")), FakeReply.Of(503), FakeReply.Of(500)]);
        hub.OnHub = r => busy.TryDequeue(out var reply) ? reply : null;
        var notes = new List<string?>();
        await hub.Download(folder["a"], progress: new Listener(p => notes.Add(p.Note)));
        Assert.Equal(TimeSpan.FromSeconds(17), hub.Waits[0]);
        Assert.InRange(hub.Waits[1].TotalSeconds, 1, 3);
        Assert.InRange(hub.Waits[2].TotalSeconds, 2, 6);
        Assert.Contains("127.0.0.1 answers 429 (too many requests); trying again in 17 s", notes);

        hub.OnHub = _ => FakeReply.Of(429, ("Retry-After", "3600"));
        Assert.Contains("asks to wait 3600 s", (await hub.Refusal(folder["b"])).Message);
        hub.OnHub = _ => FakeReply.Of(429, ("Retry-After", DateTimeOffset.UtcNow.AddHours(2).ToString("r")));
        Assert.Contains("asks to wait 7", (await hub.Refusal(folder["b"])).Message);
        hub.OnHub = _ => FakeReply.Of(502);
        Assert.Contains("revision main: 127.0.0.1 answers 502, 4 times in a row", (await hub.Refusal(folder["b"])).Message);
    }

    [Fact]
    public async Task A_hub_that_is_not_there_is_said_so()
    {
        using var folder = new TestFolder();
        var hub = new FakeHub();
        await hub.DisposeAsync();
        Assert.Contains("127.0.0.1 cannot be reached", (await hub.Refusal(folder["a"])).Message);
        Assert.Empty(HubDownloadTests.Names(folder.Root));
    }

    // Leaves 5,000 bytes of the weights behind.
    private static async Task Interrupted(FakeHub hub, TestFolder folder)
    {
        var before = hub.OnFileHost;
        using var stop = new CancellationTokenSource();
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"") with { SilentAfter = 5000 };
        var listener = new Listener(p =>
        {
            if (p.File == "model.safetensors" && p.BytesPerSecond > 0 && p.BytesDone >= 5000)
                stop.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            hub.Download(folder["a"], progress: listener, cancellation: stop.Token));
        hub.OnFileHost = r => FakeHub.Content(r, hub.Weights, "\"v1\"");
    }
}
