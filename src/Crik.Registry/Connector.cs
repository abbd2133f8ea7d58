using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Registry;

/// <summary>Makes connections to registries, and only to those that the options allow.</summary>
internal sealed class Connector : IDisposable
{
    private readonly RegistryOptions _options;
    private readonly X509Certificate2Collection _authorities = [];
    private readonly HttpMessageInvoker _http;

    /// <exception cref="CryptographicException">The authorities are no certificates.</exception>
    public Connector(RegistryOptions options)
    {
        _options = options;
        if (options.Authorities is { } pem)
        {
            _authorities.ImportFromPem(pem);
        }

        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // otherwise a credential could go to another host, and an address would not be checked
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 64,
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = IsTrusted },
        });
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _http.SendAsync(request, cancellationToken);

    public void Dispose() => _http.Dispose();

    /// <summary>The address is checked here, after the name was resolved, so that a name cannot change its address in between.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint server = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(server.Host, out IPAddress? address) ? [address] : await Dns.GetHostAddressesAsync(server.Host, cancellationToken);
        bool isLocal = _options.LocalRegistries.Contains($"{server.Host}:{server.Port}") || _options.LocalRegistries.Contains(server.Host);
        IPAddress[] allowed = [.. addresses.Where(candidate => isLocal || AddressRule.Allows(candidate))];
        if (allowed.Length == 0 && addresses.Length > 0)
        {
            throw new RegistryException(RegistryFailure.NotAllowed, $"{server.Host} has the address {addresses[0]}, which belongs to this machine or its network only");
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, server.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Trusts what the system trusts, and what the authorities of the options have signed.</summary>
    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors is SslPolicyErrors.None)
        {
            return true;
        }

        if (errors is not SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 server || _authorities.Count == 0)
        {
            return false;
        }

        using X509Chain own = new();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.ExtraStore.AddRange(_authorities);
        own.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // the certificate of a server
        foreach (X509ChainElement element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(server);
    }
}
