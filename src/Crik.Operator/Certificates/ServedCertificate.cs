using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Crik.Operator.Certificates;

/// <summary>
/// The certificate that this replica shows to the API server. It looks at the Secret every few seconds. A Secret that cannot
/// be used leaves the certificate before in place.
/// </summary>
internal sealed class ServedCertificate(KubernetesApi api, OperatorOptions options, TimeProvider clock, ILogger<ServedCertificate> log) : BackgroundService
{
    private static readonly TimeSpan s_handshakeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);

    private readonly ResourceClient<JsonObject> _secrets = ResourceClient.OfJson(api, ResourceType.Core("secrets"));
    private WebhookKeys? _read;
    private volatile SslServerAuthenticationOptions? _current;

    /// <returns>Why the API server cannot be answered, or null.</returns>
    public string? Problem() => _current?.ServerCertificateContext?.TargetCertificate is not { } certificate ? "there is no certificate yet; the leader makes it"
        : certificate.NotAfter.ToUniversalTime() <= clock.GetUtcNow().UtcDateTime ? $"the certificate was valid until {certificate.NotAfter.ToUniversalTime():u}"
        : null;

    public TlsHandshakeCallbackOptions Handshake() => new()
    {
        HandshakeTimeout = s_handshakeTimeout,
        OnConnection = _ => _current is { } current ? ValueTask.FromResult(current) : throw new AuthenticationException("there is no certificate yet"),
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (KubernetesException exception)
            {
                log.CertificateNotRead(options.CertificatesSecret, exception.Message);
            }

            await Task.Delay(s_lookEvery, clock, stoppingToken);
        }
    }

    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        WebhookKeys? keys = await _secrets.FindAsync(KeySecret.Name(options), cancellationToken) is { } secret ? KeySecret.Read(secret) : null;
        if (keys is null || keys.Certificate.Length == 0 || keys == _read)
        {
            return;
        }

        _read = keys;
        try
        {
            _current = Parse(keys);
            log.CertificateLoaded(options.CertificatesSecret, _current.ServerCertificateContext!.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            log.CertificateNotRead(options.CertificatesSecret, exception.Message);
        }
    }

    private static SslServerAuthenticationOptions Parse(WebhookKeys keys) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(keys.Certificate, keys.Key), null, offline: true),
#pragma warning disable CA5398 // older versions must be refused whatever the system allows
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };
}
