using System.Net;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Tells on which of the three ports a request arrived. It is a feature of the connection, so that it also works when
/// the port number is 0 and the kernel chooses one.
/// </summary>
internal sealed class Listener
{
    public static readonly Listener States = new();
    public static readonly Listener Metrics = new();
    public static readonly Listener Health = new();

    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an idle connection stays open. This is longer than a client waits between two polls, and longer than
    /// most proxies keep a connection.
    /// </summary>
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The limit of connections to each of the metrics and health ports. It is separate from the limit for polls, so
    /// that probes succeed when polls use all of theirs.
    /// </summary>
    private const int MostProbes = 100;

    public static void Configure(KestrelServerOptions kestrel, ServerOptions options, ConnectionGate gate, ILogger<ConnectionGate> log, ServingCertificate? certificate = null)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestLineSize = 2 << 10;
        kestrel.Limits.MaxRequestHeaderCount = 50;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10; // a bearer token can have several KB
        kestrel.Limits.RequestHeadersTimeout = s_headersTimeout;
        kestrel.Limits.KeepAliveTimeout = s_idleTimeout;
        Add(kestrel, options.BindAddress, options.Port, States, gate, certificate);
        Add(kestrel, options.BindAddress, options.MetricsPort, Metrics, new ConnectionGate(MostProbes, log));
        Add(kestrel, options.BindAddress, options.HealthPort, Health, new ConnectionGate(MostProbes, log));
    }

    private static void Add(KestrelServerOptions kestrel, IPAddress? address, int port, Listener listener, ConnectionGate gate, ServingCertificate? certificate = null)
    {
        if (address is null)
        {
            kestrel.ListenAnyIP(port, Mark);
        }
        else
        {
            kestrel.Listen(address, port, Mark);
        }

        void Mark(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Features.Set(listener);
                return gate.PassAsync(connection, next);
            });
            if (certificate is { IsWanted: true })
            {
                listen.UseHttps(certificate.Handshake());
            }
        }
    }
}
