using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AttentionNotebooks.Tests.Bert.Hub;

/// <summary>
/// A hub with one repository: its API, its redirects of large files to a second server, its headers. A test changes
/// single answers with <see cref="OnHub"/> and <see cref="OnFileHost"/>.
/// </summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Repository = "owner/tiny-bert", Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly FakeServer _hub, _fileHost;

    public FakeHub()
    {
        _fileHost = new FakeServer(r => OnFileHost(r)
            ?? Content(r, Files[r.Path.Split('/')[^1].Split('?')[0]], $"\"host-{r.Path.Length}\""));
        _hub = new FakeServer(r => OnHub(r) ?? Answer(r));
    }

    public FakeServer Hub => _hub;

    public FakeServer FileHost => _fileHost;

    /// <summary>What the repository holds.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new()
    {
        ["config.json"] = Encoding.UTF8.GetBytes("{\"model_type\": \"bert\"}\n"),
        ["vocab.txt"] = Encoding.UTF8.GetBytes("[PAD]\n[UNK]\n"),
        ["README.md"] = Encoding.UTF8.GetBytes("not needed"),
        ["tf_model.h5"] = Bytes(5000, 9),
        ["model.safetensors"] = Bytes(300_000, 1),
    };

    /// <summary>Whether the API tells hashes and lengths.</summary>
    public bool TellsBlobs { get; set; } = true;

    public Func<FakeRequest, FakeReply?> OnHub { get; set; } = _ => null;

    public Func<FakeRequest, FakeReply?> OnFileHost { get; set; } = _ => null;

    /// <summary>The waits before retries.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public byte[] Weights => Files["model.safetensors"];

    /// <summary>Where each request for the weights began, in order.</summary>
    public int[] Starts => [.. _fileHost.Requests.Where(r => r.Path.Contains("/model.safetensors", StringComparison.Ordinal))
        .Select(r => r.From)];

    public HubSettings Settings(string? token = null, bool offline = false, TimeSpan? silence = null, long? free = null) => new()
    {
        Endpoint = _hub.Address,
        Token = token,
        Offline = offline,
        Retries = 3,
        Silence = silence ?? TimeSpan.FromSeconds(20),
        Wait = (wait, _) => { Waits.Add(wait); return Task.CompletedTask; },
        FreeBytes = _ => free,
    };

    public Task<HubModel> Download(string folder, HubSettings? settings = null, string repository = Repository, string revision = "main",
        IProgress<HubProgress>? progress = null, CancellationToken cancellation = default) =>
        new HubDownload(settings ?? Settings()).Run(repository, folder, revision, progress, cancellation);

    /// <summary>The one-line error that a download ends with.</summary>
    public async Task<InputException> Refusal(string folder, HubSettings? settings = null, string repository = Repository,
        string revision = "main")
    {
        var e = await Assert.ThrowsAsync<InputException>(() => Download(folder, settings, repository, revision));
        Assert.DoesNotContain('\n', e.Message);
        Assert.False(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(),
            "nothing may lie under the final name");
        return e;
    }

    /// <summary>Content as a well-behaved server sends it: whole, or the rest where that is asked for and the ETag still holds.</summary>
    public static FakeReply Content(FakeRequest request, byte[] bytes, string etag)
    {
        var headers = new Dictionary<string, string> { ["ETag"] = etag };
        bool rest = request.From > 0 && request["If-Range"] is var tag && (tag is null || tag == etag);
        if (rest) headers["Content-Range"] = $"bytes {request.From}-{bytes.Length - 1}/{bytes.Length}";
        return new FakeReply(rest ? 206 : 200, rest ? bytes[request.From..] : bytes) { Headers = headers };
    }

    public static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Blob(byte[] bytes) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _fileHost.DisposeAsync();
    }

    /// <summary>The API's answer; a test may change it before it is sent.</summary>
    public JsonObject Listing() => new()
    {
        ["id"] = Repository,
        ["sha"] = Commit,
        ["siblings"] = new JsonArray([.. Files.Select(f => Sibling(f.Key, f.Value))]),
    };

    public static FakeReply Json(JsonNode json) => new(200, Encoding.UTF8.GetBytes(json.ToJsonString()));

    private JsonObject Sibling(string name, byte[] bytes)
    {
        if (!TellsBlobs) return new JsonObject { ["rfilename"] = name };
        var sibling = new JsonObject
        {
            ["rfilename"] = name,
            ["size"] = bytes.Length,
            ["blobId"] = Large(name) ? new string('d', 40)
            : Blob(bytes)
        };
        if (Large(name)) sibling["lfs"] = new JsonObject { ["sha256"] = Sha256(bytes), ["size"] = bytes.Length };
        return sibling;
    }

    private static bool Large(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal)
        || name.EndsWith(".bin", StringComparison.Ordinal);

    private FakeReply Answer(FakeRequest request)
    {
        if (request.Path is $"/api/models/{Repository}/revision/main?blobs=true"
            or $"/api/models/{Repository}/revision/refs%2Fpr%2F1?blobs=true" or $"/api/models/{Repository}/revision/{Commit}?blobs=true")
            return Json(Listing());
        string prefix = $"/{Repository}/resolve/{Commit}/";
        if (!request.Path.StartsWith(prefix, StringComparison.Ordinal)
            || !Files.TryGetValue(request.Path[prefix.Length..], out byte[]? bytes))
            return FakeReply.Of(404, ("X-Error-Code", "EntryNotFound"));
        string name = request.Path[prefix.Length..];
        return Large(name)
            ? FakeReply.Of(302, ("Location", $"{_fileHost.Address}signed/{name}?Signature=secret"),
                ("X-Linked-Etag", $"\"{Sha256(bytes)}\""), ("X-Linked-Size", $"{bytes.Length}"))
            : Content(request, bytes, $"\"{Blob(bytes)}\"");
    }
}
