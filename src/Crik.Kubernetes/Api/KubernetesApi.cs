using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Crik.Kubernetes.Access;

namespace Crik.Kubernetes.Api;

/// <summary>
/// Sends requests to the API server. It has one HttpClient, which uses HTTP/2 if TLS negotiates it.
/// </summary>
public sealed class KubernetesApi : IDisposable
{
    /// <summary>How much of an error answer is read, in bytes. Longer ones are pages of proxies.</summary>
    private const int LongestStatus = 64 << 10;

    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(30);

    private readonly ClusterAccess _access;
    private readonly string _userAgent;
    private readonly HttpClient _http;

    /// <param name="userAgent">The program and its version, as in `crik/1.0`. The audit log of the API server has it.</param>
    public KubernetesApi(ClusterAccess access, string userAgent)
    {
        _access = access;
        _userAgent = userAgent;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false, // otherwise the token would be sent to the redirect's target
            ConnectTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            MaxConnectionsPerServer = 20,

            // DisableDynamicWindowSizing in the project file keeps the window at this size.
            InitialHttp2StreamWindowSize = 256 << 10,
            SslOptions = TlsFor(access),
        };
        _http = new HttpClient(handler) { BaseAddress = access.Server, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a request and returns as soon as the headers have arrived. The caller reads the body.</summary>
    /// <exception cref="KubernetesException">The API server did not answer, or its status was not 2xx.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_headersTimeout);
        try
        {
            using HttpRequestMessage request = new(method, _access.PathPrefix + path)
            {
                Content = body,
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            };

            // SocketsHttpHandler takes the name for TLS only from this header.
            request.Headers.Host = _access.TlsServerName;
            request.Headers.Authorization = _access.Token?.Read() is { } token ? new AuthenticationHeaderValue("Bearer", token) : null;
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.UserAgent.ParseAdd(_userAgent);
            HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw KubernetesException.NoAnswer($"the API server {_access.Server} did not answer within {s_headersTimeout.TotalSeconds} s", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw KubernetesException.NoAnswer($"cannot reach the API server {_access.Server}: {Innermost(exception).Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<KubernetesException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using HttpResponseMessage _ = response;
        if (response.StatusCode is HttpStatusCode.Unauthorized)
        {
            _access.Token?.Forget();
        }

        StatusDocument? status = null;
        byte[] start = new byte[LongestStatus];
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            int length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            status = JsonSerializer.Deserialize(start.AsSpan(0, length), ApiJson.Default.StatusDocument);
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            // The body is empty or a proxy's HTML page. The status is reported without it.
        }

        RetryConditionHeaderValue? retry = response.Headers.RetryAfter;
        return KubernetesException.Refused(
            $"the API server {_access.Server} answered {(int)response.StatusCode}: {status?.Message ?? response.ReasonPhrase}",
            response.StatusCode,
            status,
            retry?.Delta ?? (retry?.Date is { } date ? date - DateTimeOffset.UtcNow : null));
    }

    /// <summary>Makes the TLS settings. If the cluster has an authority of its own, only that one is trusted.</summary>
    private static SslClientAuthenticationOptions TlsFor(ClusterAccess access)
    {
        SslClientAuthenticationOptions tls = new();
        if (access.ClientCertificate is { } certificate)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        if (access.SkipTlsVerify)
        {
#pragma warning disable CA5359 // insecure-skip-tls-verify asks for this, and the log warns about it
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (access.Authorities.Count > 0)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(access.Authorities);
        }

        return tls;
    }

    private static Exception Innermost(Exception exception) =>
        exception is { InnerException: { } inner } && inner is IOException or System.Net.Sockets.SocketException or AuthenticationException
            ? Innermost(inner)
            : exception;
}
