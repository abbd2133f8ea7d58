using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crik.Kubernetes.Access;

namespace Crik.Kubernetes.Api;

/// <summary>
/// Provides the connections to the API server. When an authority or the client certificate has changed, new requests get
/// new connections. Requests that are open, such as watches, keep the old ones until they end.
/// </summary>
internal sealed class Connections(ClusterAccess access) : IDisposable
{
    private readonly Lock _gate = new();
    private HttpMessageInvoker? _http;
    private Materials? _used;

    /// <exception cref="IOException">A file cannot be read, and no earlier content is known.</exception>
    /// <exception cref="CredentialException">A certificate cannot be used, and no earlier one is known.</exception>
    public HttpMessageInvoker For(CertificatePem? certificate)
    {
        lock (_gate)
        {
            Materials wanted = new(access.Authorities?.Read(), certificate);
            if (_http is not null && wanted == _used)
            {
                return _http;
            }

            try
            {
                _http = new HttpMessageInvoker(Handler(wanted));
                _used = wanted;
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException)
            {
                // A certificate and its key are two files. Perhaps only one of them has been replaced so far.
                return _http ?? throw new CredentialException($"a certificate or its key cannot be used: {exception.Message}", exception);
            }

            return _http;
        }
    }

    public void Dispose() => _http?.Dispose();

    private SocketsHttpHandler Handler(Materials materials) => new()
    {
        AllowAutoRedirect = false, // otherwise the token would be sent to the redirect's target
        UseProxy = access.Proxy is not null,
        Proxy = access.Proxy,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        MaxConnectionsPerServer = 20,
        UseCookies = false,

        // DisableDynamicWindowSizing in the project file of a program keeps the window at this size.
        InitialHttp2StreamWindowSize = 256 << 10,
        SslOptions = Tls(materials),
    };

    private SslClientAuthenticationOptions Tls(Materials materials)
    {
        SslClientAuthenticationOptions tls = new();
        if (materials.Certificate is { } pem)
        {
            X509Certificate2 certificate = Certificates.Client(pem);
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        if (access.SkipTlsVerify)
        {
#pragma warning disable CA5359 // insecure-skip-tls-verify asks for this, and the program warns about it
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (materials.Authorities is { } authorities)
        {
            X509Certificate2Collection trusted = Certificates.Authorities(authorities);
            ServerTrust.Configure(tls, trusted.Count > 0 ? trusted : throw new CryptographicException("the certificate authority contains no certificate"));
        }

        return tls;
    }

    /// <summary>What connections are made with, as PEM.</summary>
    private sealed record Materials(string? Authorities, CertificatePem? Certificate);
}
