using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace AttentionNotebooks;

/// <summary>
/// Asks the hub. Redirects are followed here and not by .NET, because what may be sent where is decided at each of
/// them: the token goes to the hub's own host alone, and nothing goes over plain HTTP.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 8, MostAnswerBytes = 1 << 26;
    private readonly HubSettings _settings;
    private readonly string _repository;
    private readonly HttpClient _http;

    /// <summary>Creates a client.</summary>
    /// <param name="settings">Which hub, with which token.</param>
    /// <param name="repository">The repository, for addresses and messages.</param>
    public HubClient(HubSettings settings, string repository)
    {
        (_settings, _repository) = (settings, repository);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = settings.Silence,
            AutomaticDecompression = DecompressionMethods.None,
            // A proxy cannot reach this machine's loopback.
            UseProxy = !settings.PlainLoopback,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("attention-notebooks", typeof(HubClient).Assembly.GetName().Version!.ToString(3)));
        // Lengths and hashes are those of the bytes as they are.
        _http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>What the hub has at a revision.</summary>
    /// <exception cref="InputException">It does not exist, may not be read, or the answer is not the hub's.</exception>
    /// <exception cref="TransientException">Another try may succeed.</exception>
    public async Task<HubListing> List(string revision, CancellationToken cancellation)
    {
        using var answer = await Send(HttpMethod.Get,
            Address($"api/models/{_repository}/revision/{Uri.EscapeDataString(revision)}?blobs=true"), $"revision {revision}", null, null,
                cancellation);
        using var bytes = new MemoryStream();
        await using var body = new PatientStream(await answer.Content.ReadAsStreamAsync(cancellation), _settings.Silence, Host(answer));
        byte[] buffer = new byte[1 << 16];
        for (int n; (n = await body.Read(buffer, cancellation)) > 0;)
        {
            if (bytes.Length + n > MostAnswerBytes)
                throw new InputException(_repository, $"revision {revision}", "lists more files than any model has", "Check HF_ENDPOINT");
            bytes.Write(buffer, 0, n);
        }
        return HubListing.Parse(_repository, bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <summary>Length and hash of a file, from the headers of its address, where the listing does not have them.</summary>
    /// <exception cref="InputException">The hub does not report them, or the file may not be read.</exception>
    /// <exception cref="TransientException">Another try may succeed.</exception>
    public async Task<(long Size, Checksum Checksum)> Describe(string commit, string file, CancellationToken cancellation)
    {
        // The hub's own answer is the one that counts, even when it is a redirect to where a large file lies.
        using var answer = await Send(HttpMethod.Head, FileAddress(commit, file), file, null, a => a.Headers.Contains("X-Linked-Etag"),
            cancellation);
        var checksum = Checksum.Parse(Header("X-Linked-Etag") ?? Header("ETag"));
        long? size = long.TryParse(Header("X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long linked) ? linked
            : Header("X-Linked-Etag") is null ? answer.Content.Headers.ContentLength : null;
        if (checksum is null || size is null)
            throw new InputException(_repository, file,
                "has no checksum or no length on this hub, so a damaged copy could not be recognised", "Check HF_ENDPOINT");
        return (size.Value, checksum.Value);

        string? Header(string name) => answer.Headers.TryGetValues(name, out var values) ? values.First() : null;
    }

    /// <summary>Begins to fetch a file, or the rest of it.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="from">The first byte wanted.</param>
    /// <param name="etag">What the bytes before it were of; the server then starts anew if that has changed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>200, 206 or 416; the caller disposes it.</returns>
    /// <exception cref="InputException">It does not exist, may not be read, or leads somewhere that is refused.</exception>
    /// <exception cref="TransientException">Another try may succeed.</exception>
    public Task<HttpResponseMessage> Open(string commit, string file, long from, EntityTagHeaderValue? etag,
        CancellationToken cancellation) =>
        Send(HttpMethod.Get, FileAddress(commit, file), file, headers =>
        {
            if (from == 0) return;
            headers.Range = new RangeHeaderValue(from, null);
            if (etag is not null) headers.IfRange = new RangeConditionHeaderValue(etag);
        }, null, cancellation);

    /// <summary>The host that gave an answer, for messages.</summary>
    public static string Host(HttpResponseMessage answer) => answer.RequestMessage!.RequestUri!.Host;

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> Send(HttpMethod method, Uri address, string place, Action<HttpRequestHeaders>? headers,
        Func<HttpResponseMessage, bool>? enough, CancellationToken cancellation)
    {
        for (int redirects = 0; ; redirects++)
        {
            bool isHub = IsHub(address);
            using var request = new HttpRequestMessage(method, address);
            headers?.Invoke(request.Headers);
            if (isHub && _settings.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var answer = await SendOnce(request, place, cancellation);
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable
                || enough?.Invoke(answer) == true) return answer;
            using (answer)
            {
                if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308))
                    throw HubAnswers.Refusal(_repository, place, answer, address.Host, isHub, isHub && _settings.Token is not null);
                if (redirects == MostRedirects)
                    throw new InputException(_repository, place, $"is redirected more than {MostRedirects} times",
                        "Check HF_ENDPOINT, and whether a proxy or a log-in page stands between");
                address = Target(address, answer.Headers.Location, place);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnce(HttpRequestMessage request, string place, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_settings.Silence);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (HttpRequestException e)
        {
            throw HubAnswers.NoConnection(_repository, place, request.RequestUri!.Host, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"{request.RequestUri!.Host} does not answer", inner: e);
        }
    }

    private Uri Target(Uri from, Uri? location, string place)
    {
        if (location is null || !Uri.TryCreate(from, location, out var target))
            throw new InputException(_repository, place, $"is redirected by {from.Host} to no address",
                "Check HF_ENDPOINT, and whether a proxy stands between");
        // Loopback hubs may lead to other ports of this machine; anything else must be encrypted.
        if (target.Scheme == Uri.UriSchemeHttps || (target.Scheme == Uri.UriSchemeHttp && _settings.PlainLoopback && target.IsLoopback))
            return target;
        throw new InputException(_repository, place,
            $"is redirected by {from.Host} to {target.Scheme}://{target.Host}, which is not https, so it was not followed",
                "Check HF_ENDPOINT, and whether a proxy or a log-in page stands between");
    }

    private bool IsHub(Uri address) => Uri.Compare(address, _settings.Endpoint, UriComponents.SchemeAndServer, UriFormat.UriEscaped,
        StringComparison.OrdinalIgnoreCase) == 0;

    private Uri FileAddress(string commit, string file) => Address($"{_repository}/resolve/{commit}/{Uri.EscapeDataString(file)}");

    private Uri Address(string path) => new($"{_settings.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
}
