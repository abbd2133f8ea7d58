using Crik.NodeAgent.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Crik.NodeAgent.Serving;

/// <summary>Opens the ports, and limits what may arrive there.</summary>
internal static class Listeners
{
    /// <summary>A kubelet and a Prometheus need one connection each.</summary>
    private const int MostConnections = 100;

    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(5);

    public static void Configure(KestrelServerOptions kestrel, AgentOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.RequestHeadersTimeout = s_headersTimeout;
        foreach (int port in (int[])[options.MetricsPort, options.HealthPort])
        {
            if (options.BindAddress is { } address)
            {
                kestrel.Listen(address, port);
            }
            else
            {
                kestrel.ListenAnyIP(port);
            }
        }
    }
}
