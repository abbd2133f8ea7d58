using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crik.Hosting;
using Crik.NodeStateServer.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Crik.NodeStateServer.Tls;

/// <summary>
/// The certificate of the port that serves node states. The files are read again when somebody connects, so that a
/// renewal needs no restart: cert-manager writes the Secret, and the kubelet replaces the files of its mount. A pair that
/// cannot be used leaves the one before in place.
/// </summary>
internal sealed class ServingCertificate(ServerOptions options, TimeProvider clock, ILogger<ServingCertificate> log)
{
    private static readonly TimeSpan s_handshakeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private (string Certificate, string Key) _read;
    private SslServerAuthenticationOptions? _current;
    private long _lookedAt;

    public bool IsWanted => options.TlsCertFile is not null;

    /// <exception cref="ConfigurationException">The files hold no certificate with its key.</exception>
    public void Load()
    {
        if (IsWanted && Look() is { } problem)
        {
            throw new ConfigurationException([$"--tls-cert-file and --tls-private-key-file: {problem}"]);
        }
    }

    public TlsHandshakeCallbackOptions Handshake() => new()
    {
        HandshakeTimeout = s_handshakeTimeout,
        OnConnection = _ => ValueTask.FromResult(Current()),
    };

    private SslServerAuthenticationOptions Current()
    {
        lock (_lock)
        {
            if (clock.GetElapsedTime(_lookedAt) >= s_lookEvery && Look() is { } problem)
            {
                log.CertificateNotReloaded(options.TlsCertFile!, problem);
            }

            return _current!;
        }
    }

    /// <returns>What is wrong with the files; null when the certificate is up to date.</returns>
    private string? Look()
    {
        _lookedAt = clock.GetTimestamp();
        try
        {
            (string Certificate, string Key) read = (File.ReadAllText(options.TlsCertFile!), File.ReadAllText(options.TlsKeyFile!));
            if (read != _read)
            {
                _current = Parse(read.Certificate, read.Key);
                _read = read;
                log.CertificateLoaded(options.TlsCertFile!, _current.ServerCertificateContext!.TargetCertificate.NotAfter.ToUniversalTime());
            }

            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return exception.Message;
        }
    }

    private static SslServerAuthenticationOptions Parse(string text, string key)
    {
        X509Certificate2 certificate = X509Certificate2.CreateFromPem(text, key);
        X509Certificate2Collection chain = [];
        chain.ImportFromPem(text);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
#pragma warning disable CA5398 // older versions must be refused whatever the system allows
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
    }
}
