using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AttentionNotebooks.Tests.Bert.Hub;

/// <summary>A request as it came over the line.</summary>
internal sealed record FakeRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>The first byte asked for.</summary>
    public int From => this["Range"] is { } range ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
}

/// <summary>An answer, and how it goes wrong.</summary>
internal sealed record FakeReply(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The length that is announced; the body's own unless given, none where negative.</summary>
    public int? Announced { get; init; }

    /// <summary>Close the connection after so many bytes of the body.</summary>
    public int? BreakAfter { get; init; }

    /// <summary>Say nothing more after so many bytes of the body, but stay connected.</summary>
    public int? SilentAfter { get; init; }

    public static FakeReply Of(int status, params (string Name, string Value)[] headers) =>
        new(status, []) { Headers = headers.ToDictionary(h => h.Name, h => h.Value) };
}

/// <summary>A server on loopback that speaks just enough HTTP, one request per connection, and remembers what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Func<FakeRequest, FakeReply> _answer;
    private readonly Task _accepting;

    public FakeServer(Func<FakeRequest, FakeReply> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public ConcurrentQueue<FakeRequest> Requests { get; } = [];

    /// <summary>Bytes of bodies that were sent.</summary>
    public int BytesSent;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task Accept()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(Serve(await _listener.AcceptTcpClientAsync(_closing.Token)));
        }
        // InvalidOperationException: stopped between two connections.
        catch (Exception e) when (e is OperationCanceledException or SocketException
            || (e is InvalidOperationException && _closing.IsCancellationRequested))
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, false, 1 << 12, leaveOpen: true);
            if (await reader.ReadLineAsync(_closing.Token) is not { } first) return;
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_closing.Token) is { Length: > 0 } line)
                headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
            var request = new FakeRequest(first.Split(' ')[0], first.Split(' ')[1], headers);
            Requests.Enqueue(request);
            await Write(stream, request, _answer(request));
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task Write(NetworkStream stream, FakeRequest request, FakeReply reply)
    {
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} X\r\nConnection: close\r\n");
        int length = reply.Announced ?? reply.Body.Length;
        if (length >= 0 && !reply.Headers.ContainsKey("Content-Length"))
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        foreach (var (name, value) in reply.Headers) head.Append($"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _closing.Token);
        if (request.Method == "HEAD") return;
        int sent = Math.Min(reply.BreakAfter ?? reply.SilentAfter ?? int.MaxValue, reply.Body.Length);
        await stream.WriteAsync(reply.Body.AsMemory(0, sent), _closing.Token);
        Interlocked.Add(ref BytesSent, sent);
        if (reply.SilentAfter is not null) await Task.Delay(Timeout.Infinite, _closing.Token);
    }
}
