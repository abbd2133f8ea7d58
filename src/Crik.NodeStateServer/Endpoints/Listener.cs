using System.Net;
using Crik.NodeStateServer.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>Which of the three ports a request came in by. A feature of its connection, so that it also holds for port 0.</summary>
internal sealed class Listener
{
    public static readonly Listener States = new();
    public static readonly Listener Metrics = new();
    public static readonly Listener Health = new();

    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a client waits between two polls, and than most proxies keep a connection.</summary>
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Probes and metrics get through when polls fill their port, but cannot fill the memory either.</summary>
    private const int MostProbes = 100;

    public static void Configure(KestrelServerOptions kestrel, ServerOptions options, ConnectionGate gate, ILogger<ConnectionGate> log)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestLineSize = 2 << 10;
        kestrel.Limits.MaxRequestHeaderCount = 50;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10; // a bearer token has up to a few KB
        kestrel.Limits.RequestHeadersTimeout = s_headersTimeout;
        kestrel.Limits.KeepAliveTimeout = s_idleTimeout;
        Add(kestrel, options.BindAddress, options.Port, States, gate);
        Add(kestrel, options.BindAddress, options.MetricsPort, Metrics, new ConnectionGate(MostProbes, log));
        Add(kestrel, options.BindAddress, options.HealthPort, Health, new ConnectionGate(MostProbes, log));
    }

    private static void Add(KestrelServerOptions kestrel, IPAddress? address, int port, Listener listener, ConnectionGate gate)
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
        }
    }
}
