using Crik.NodeAgent.Checkpointer;
using Crik.NodeAgent.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Crik.NodeAgent.Serving;

/// <summary>Opens the ports, and limits what may arrive there.</summary>
internal static class Listeners
{
    /// <summary>A kubelet and a Prometheus need one connection each. A request to the Checkpointer waits for its checkpoint.</summary>
    private const int MostConnections = 500;

    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(5);

    public static void Configure(KestrelServerOptions kestrel, AgentOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestBodySize = OrderBody.Largest + 1; // the endpoint itself answers a larger one; nothing else reads a body
        kestrel.Limits.RequestHeadersTimeout = s_headersTimeout;
        foreach (int port in Ports(options))
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

    private static IEnumerable<int> Ports(AgentOptions options) =>
        options.CheckpointerPort > 0 ? [options.MetricsPort, options.HealthPort, options.CheckpointerPort] : [options.MetricsPort, options.HealthPort];
}
