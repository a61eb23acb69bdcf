namespace AttentionNotebooks;

/// <summary>
/// Which hub, with which token, and how patiently. Not a record on purpose: nothing prints the token by accident.
/// </summary>
public sealed class HubSettings
{
    private const string EndpointVariable = "HF_ENDPOINT", TokenVariable = "HF_TOKEN", TokenPathVariable = "HF_TOKEN_PATH",
        HomeVariable = "HF_HOME", OfflineVariable = "HF_HUB_OFFLINE";
    private const int LongestToken = 4096;
    private static readonly Uri HuggingFace = new("https://huggingface.co");
    private readonly Uri _endpoint = HuggingFace;
    private readonly string? _token;

    /// <summary>
    /// The hub's address. HTTPS only; plain HTTP is allowed for a loopback address alone, where nothing leaves the
    /// machine (a mirror or a test).
    /// </summary>
    /// <exception cref="InputException">It is not such an address, or it holds a user name, a query or a fragment.</exception>
    public Uri Endpoint
    {
        get => _endpoint;
        init
        {
            bool loopback = value is { IsAbsoluteUri: true, IsLoopback: true } && value.Scheme == Uri.UriSchemeHttp;
            if (!value.IsAbsoluteUri || (value.Scheme != Uri.UriSchemeHttps && !loopback))
                throw new InputException(EndpointVariable, null, "is no https:// address",
                    "Plain http is allowed for a loopback address only; unset it to use https://huggingface.co");
            if (value.UserInfo.Length > 0 || value.Query.Length > 0 || value.Fragment.Length > 0)
                throw new InputException(EndpointVariable, null, "holds more than a host and a path",
                    "Write it like https://huggingface.co; a token goes into HF_TOKEN");
            _endpoint = value;
        }
    }

    /// <summary>The access token, for private and gated models; sent to <see cref="Endpoint"/>'s own host and nowhere else.</summary>
    /// <exception cref="InputException">It holds characters that no token has; they are not repeated in the message.</exception>
    public string? Token
    {
        get => _token;
        init
        {
            if (value is not null) CheckToken(TokenVariable, value);
            _token = value;
        }
    }

    /// <summary>Whether the network must be left alone.</summary>
    public bool Offline { get; init; }

    /// <summary>How often a request is tried again, one failure directly after the other, before it is given up.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>The wait before the first retry; doubled for each further one, and spread at random by half of itself.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait, also where the hub asks for more: then the download stops and says so.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a connection may be silent before it counts as broken.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How waiting is done; tests look at the waits instead.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Wait { get; init; } = Task.Delay;

    /// <summary>Bytes free where a folder lies, or <see langword="null"/> where that cannot be known.</summary>
    internal Func<string, long?> FreeBytes { get; init; } = FreeBytesOfDrive;

    /// <summary>Whether plain HTTP to loopback addresses is in use.</summary>
    internal bool PlainLoopback => Endpoint.Scheme == Uri.UriSchemeHttp;

    /// <summary>
    /// The settings that the hub's own variables make: <c>HF_ENDPOINT</c>, <c>HF_TOKEN</c>, else the file named by
    /// <c>HF_TOKEN_PATH</c>, else <c>token</c> in <c>HF_HOME</c> (by default <c>~/.cache/huggingface</c>), and
    /// <c>HF_HUB_OFFLINE</c>. Proxies follow <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>, which .NET reads itself.
    /// </summary>
    /// <exception cref="InputException">A variable's value cannot be used, or the token file cannot be read.</exception>
    public static HubSettings FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>As <see cref="FromEnvironment()"/>, from any source of variables.</summary>
    internal static HubSettings FromEnvironment(Func<string, string?> variable)
    {
        string? endpoint = Value(EndpointVariable), offline = Value(OfflineVariable)?.ToUpperInvariant();
        Uri? address = null;
        if (endpoint is not null && !Uri.TryCreate(endpoint, UriKind.Absolute, out address))
            throw new InputException(EndpointVariable, null, "is no address", "Write it like https://huggingface.co, or unset it");
        return new HubSettings
        {
            Endpoint = address ?? HuggingFace,
            Token = Value(TokenVariable) ?? ReadToken(TokenFile(Value)),
            Offline = offline is "1" or "ON" or "YES" or "TRUE",
        };

        string? Value(string name) => variable(name)?.Trim() is { Length: > 0 } v ? v : null;
    }

    /// <summary>Where the hub's tools keep the token of this user.</summary>
    private static string TokenFile(Func<string, string?> value)
    {
        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (value(TokenPathVariable) is { } path) return FromHome(path);
        string home = value(HomeVariable) ?? Path.Combine(value("XDG_CACHE_HOME") ?? Path.Combine(user, ".cache"), "huggingface");
        return Path.Combine(FromHome(home), "token");

        string FromHome(string p) => p == "~" || p.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(user, p[1..].TrimStart('/'))
            : p;
    }

    private static string? ReadToken(string path)
    {
        try
        {
            string token = File.ReadAllText(path).Trim();
            if (token.Length == 0) return null;
            CheckToken(path, token);
            return token;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, $"cannot be read ({e.Message.TrimEnd('.')})",
                "It should hold the hub's token; mend its permissions, or set HF_TOKEN", e);
        }
    }

    private static void CheckToken(string source, string token)
    {
        if (token.Length is 0 or > LongestToken || token.Any(c => c is <= ' ' or > '~'))
            throw new InputException(source, null, "holds characters that no token has",
                "Copy the token again from the hub's settings: letters, digits and _, in one line");
    }

    private static long? FreeBytesOfDrive(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A share or a mount that does not report it: the write itself will fail.
            return null;
        }
    }
}
