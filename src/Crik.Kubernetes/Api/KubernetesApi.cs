using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Crik.Kubernetes.Access;

namespace Crik.Kubernetes.Api;

/// <summary>
/// Sends requests to the API server. It uses HTTP/2 if TLS negotiates it. Use one for the whole program.
/// </summary>
/// <param name="userAgent">The program and its version, as in `crik/1.0`. The audit log of the API server has it.</param>
public sealed class KubernetesApi(ClusterAccess access, string userAgent) : IDisposable
{
    /// <summary>How long the API server may take until it answers, unless a call has a limit of its own.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How much of an error answer is read, in bytes. Longer ones are pages of proxies.</summary>
    private const int LongestStatus = 64 << 10;

    private readonly Connections _connections = new(access);

    public IApiObserver? Observer { get; init; }

    /// <summary>What messages call the server. A kubelet speaks the same way, with the same credentials and certificates.</summary>
    public string Peer { get; init; } = "the API server";

    internal Uri Server => access.Server;

    /// <summary>Sends a request and returns as soon as the headers have arrived. The caller reads the body.</summary>
    /// <param name="path">The path and query, as in `/api/v1/pods?limit=1`.</param>
    /// <param name="patience">How long the headers may take. Null means <see cref="Patience"/>.</param>
    /// <exception cref="KubernetesException">The API server did not answer, or its status was not 2xx.</exception>
    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken, TimeSpan? patience = null) =>
        AskAsync(credential => Request(method, path, body, credential), patience ?? Patience, cancellationToken);

    /// <summary>Opens a WebSocket.</summary>
    /// <param name="protocols">The subprotocols that the caller speaks, the best one first.</param>
    /// <exception cref="KubernetesException">The API server did not answer, refused, or does not speak WebSocket here.</exception>
    internal async Task<UpgradedConnection> UpgradeAsync(string path, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        WebSocketHandshake handshake = new(protocols);
        HttpResponseMessage response = await AskAsync(credential => Upgrade(path, handshake, credential), Patience, cancellationToken);
        if (response.StatusCode is HttpStatusCode.SwitchingProtocols && handshake.Protocol(response) is { } protocol)
        {
            return new UpgradedConnection(await response.Content.ReadAsStreamAsync(cancellationToken), protocol);
        }

        response.Dispose();
        throw KubernetesException.NotUnderstood(
            $"{Peer} {access.Server}, or a proxy before it, does not speak WebSocket with {string.Join(" or ", protocols)}: it answered {(int)response.StatusCode}");
    }

    /// <returns>The answer, which is no refusal. Its body is not read yet.</returns>
    private async Task<HttpResponseMessage> AskAsync(Func<Credential, HttpRequestMessage> make, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            Credential credential = await access.Credentials.GetAsync(cancellationToken); // a command has a limit of its own
            deadline.CancelAfter(limit);
            using HttpRequestMessage request = make(credential);
            HttpResponseMessage response = await ExchangeAsync(request, credential, deadline.Token);
            if (response.StatusCode is HttpStatusCode.Unauthorized)
            {
                access.Credentials.Refused(credential);
            }

            return response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.SwitchingProtocols
                ? response
                : throw await RefusalAsync(response, deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw KubernetesException.NoAnswer($"{Peer} {access.Server} did not answer within {limit.TotalSeconds} s", exception);
        }
        catch (CredentialException exception)
        {
            throw KubernetesException.NoAnswer($"{Peer} {access.Server} was not asked: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            access.Authorities?.Forget(); // its certificate may come from a new authority
            throw KubernetesException.NoAnswer($"cannot reach {Peer} {access.Server}: {Innermost(exception).Message}", exception);
        }
    }

    /// <summary>Sends a request and reads the whole answer, within a time limit.</summary>
    internal async Task<TResult> CallAsync<TResult>(
        HttpMethod method,
        string path,
        HttpContent? body,
        TimeSpan? timeout,
        Func<Stream, CancellationToken, Task<TResult>> read,
        CancellationToken cancellationToken)
    {
        TimeSpan limit = timeout ?? Patience;
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response = await SendAsync(method, path, body, deadline.Token, Timeout.InfiniteTimeSpan);
            await using Stream stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            return await read(stream, deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw KubernetesException.NoAnswer($"{Peer} {access.Server} did not answer within {limit.TotalSeconds} s", exception);
        }
        catch (JsonException exception)
        {
            throw KubernetesException.NotUnderstood($"{Peer} {access.Server} sent an answer that is not valid: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw KubernetesException.NoAnswer($"the connection to {Peer} {access.Server} broke: {exception.Message}", exception);
        }
    }

    public void Dispose() => _connections.Dispose();

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, Credential credential, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        HttpStatusCode? status = null;
        try
        {
            HttpResponseMessage response = await _connections.For(credential.Certificate).SendAsync(request, cancellationToken);
            status = response.StatusCode;
            return response;
        }
        finally
        {
            Observer?.Asked(request.Method, status, Stopwatch.GetElapsedTime(began));
        }
    }

    private HttpRequestMessage Upgrade(string path, WebSocketHandshake handshake, Credential credential)
    {
        HttpRequestMessage request = Request(HttpMethod.Get, path, null, credential);
        handshake.Ask(request);
        return request;
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? body, Credential credential)
    {
        HttpRequestMessage request = new(method, new Uri(access.Server, access.PathPrefix + path))
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };

        // SocketsHttpHandler takes the name for TLS only from this header.
        request.Headers.Host = access.TlsServerName;
        request.Headers.Authorization = credential.Authorization;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*")); // as kubectl: without it, exec and logs are refused with 406
        request.Headers.UserAgent.ParseAdd(userAgent);
        foreach ((string name, string value) in access.Impersonation)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private async Task<KubernetesException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using HttpResponseMessage _ = response;
        StatusDocument? status = null;
        string? text = null;
        byte[] start = new byte[LongestStatus];
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            int length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            text = response.Content.Headers.ContentType?.MediaType is "text/plain" ? ProgramText.Line(Encoding.UTF8.GetString(start, 0, length)) : null;
            status = JsonSerializer.Deserialize(start.AsSpan(0, length), ApiJson.Default.StatusDocument);
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            // The body is empty or a proxy's HTML page. The status is reported without it.
        }

        RetryConditionHeaderValue? retry = response.Headers.RetryAfter;
        return KubernetesException.Refused(
            $"{Peer} {access.Server} answered {(int)response.StatusCode}: {status?.Message ?? text ?? response.ReasonPhrase}",
            response.StatusCode,
            status,
            retry?.Delta ?? (retry?.Date is { } date ? date - DateTimeOffset.UtcNow : null));
    }

    private static Exception Innermost(Exception exception) =>
        exception is { InnerException: { } inner } && inner is IOException or SocketException or AuthenticationException
            ? Innermost(inner)
            : exception;
}
