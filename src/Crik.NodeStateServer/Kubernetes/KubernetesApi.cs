using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>
/// The connection to the API server: one HttpClient, over HTTP/2 where TLS lets the two agree on it. A stand-in for the
/// KubernetesClient package, behind this folder alone.
/// </summary>
internal sealed class KubernetesApi : IDisposable
{
    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(30);
    private static readonly string s_userAgent = $"crik-node-state-server/{ServerVersion.Current}";

    private readonly ClusterAccess _access;
    private readonly HttpClient _http;

    public KubernetesApi(ClusterAccess access)
    {
        _access = access;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false, // the token would go along
            ConnectTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            MaxConnectionsPerServer = 20,
            InitialHttp2StreamWindowSize = 256 << 10, // and no more: DisableDynamicWindowSizing in the project file
            SslOptions = TlsFor(access),
        };
        _http = new HttpClient(handler) { BaseAddress = access.Server, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Returns as soon as the headers are there; the body is the caller's.</summary>
    /// <exception cref="KubernetesException">No answer, or one that is not 2xx.</exception>
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
            request.Headers.Host = _access.TlsServerName; // the handler takes the name for TLS from here, and from nowhere else
            request.Headers.Authorization = _access.Token?.Read() is { } token ? new AuthenticationHeaderValue("Bearer", token) : null;
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.UserAgent.ParseAdd(s_userAgent);
            HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException($"{_access.Server} did not answer for {s_headersTimeout.TotalSeconds} s", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new KubernetesException($"cannot reach {_access.Server}: {Innermost(exception).Message}", exception);
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

        string message = response.ReasonPhrase ?? "";
        byte[] start = new byte[8 << 10];
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            int length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            message = JsonSerializer.Deserialize(start.AsSpan(0, length), KubernetesJson.Default.StatusDocument)?.Message ?? message;
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            // A proxy's page of HTML, or nothing: the status says enough.
        }

        return new KubernetesException($"{_access.Server} answered {(int)response.StatusCode}: {message}")
        {
            Status = response.StatusCode,
            MustList = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.GatewayTimeout, // "too large resource version"
        };
    }

    /// <summary>Trusts the cluster's own authority and no other, where there is one.</summary>
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
#pragma warning disable CA5359 // what insecure-skip-tls-verify asks for; the log warns of it
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
