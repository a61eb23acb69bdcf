using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace AttentionNotebooks;

/// <summary>What a status or a failed connection means to the one who asked. Server texts and addresses' queries are never
/// repeated.</summary>
internal static class HubAnswers
{
    private const string WhereTokens = "put a token into HF_TOKEN or into ~/.cache/huggingface/token";

    /// <summary>The exception for an answer that is neither content nor a redirect.</summary>
    /// <param name="repository">What was asked for.</param>
    /// <param name="place">The file or the revision.</param>
    /// <param name="host">Who answered.</param>
    /// <param name="isHub">Whether that is the hub itself, not a file host that it sent us to.</param>
    /// <param name="withToken">Whether a token was sent.</param>
    public static Exception Refusal(string repository, string place, HttpResponseMessage answer, string host, bool isHub, bool withToken)
    {
        int status = (int)answer.StatusCode;
        string? code = answer.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : null;
        if (status is 408 or 429 or >= 500)
            return new TransientException($"{host} answers {status}{(status == 429 ? " (too many requests)" : "")}",
                After(answer.Headers.RetryAfter));
        if (!isHub)
            return new InputException(repository, place, $"{host}, where the hub keeps the file, answers {status}",
                "Try again; if it stays so, the network here may block that host");
        return (status, code) switch
        {
            (_, "GatedRepo") => new InputException(repository, place, "is gated",
                $"Accept its terms on the hub's page of the model, then {WhereTokens}"),
            (_, "RevisionNotFound") => new InputException(repository, place, "is no revision of this repository",
                "Look at the repository's branches, tags and commits on the hub"),
            (401, _) when !withToken => new InputException(repository, place, "does not exist, or is private or gated and asks who you are",
                $"Check the name; for a private or gated model {WhereTokens}"),
            (401, _) => new InputException(repository, place, "does not exist, or the hub refuses the token",
                $"Check the name; if it is right, make a new token on the hub and {WhereTokens}"),
            (403, _) => new InputException(repository, place, withToken ? "may not be read with this token"
                : "may not be read without a token", $"Accept the model's terms on the hub, if it has any, then {WhereTokens}"),
            (404, _) => new InputException(repository, place, "is not on the hub",
                "Check the spelling of the repository and of the revision, as in google-bert/bert-base-uncased and main"),
            _ => new InputException(repository, place, $"gets the answer {status} from {host}",
                "Check HF_ENDPOINT, and whether a proxy stands between"),
        };
    }

    /// <summary>The exception for a connection that did not come about.</summary>
    public static Exception NoConnection(string repository, string place, string host, HttpRequestException e)
    {
        if (e.InnerException is AuthenticationException)
            return new InputException(repository, place,
                $"{host} shows a certificate that this machine does not trust ({e.InnerException.Message.TrimEnd('.')})",
                    "If a proxy here opens connections, install its certificate for this system", e);
        if (e.HttpRequestError == HttpRequestError.ProxyTunnelError)
            return new InputException(repository, place, "the proxy does not let the connection through",
                "Check HTTPS_PROXY and the user name and password in it", e);
        string why = e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "cannot be found (no such name, or no network)",
            HttpRequestError.ConnectionError => "cannot be reached",
            _ => "broke the connection",
        };
        return new TransientException($"{host} {why}", inner: e);
    }

    private static TimeSpan? After(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
