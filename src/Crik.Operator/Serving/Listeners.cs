using Crik.Operator.Certificates;
using Crik.Operator.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Crik.Operator.Serving;

/// <summary>Opens the ports, and limits what may arrive there.</summary>
internal static class Listeners
{
    /// <summary>The API server needs a few connections, a kubelet and a Prometheus one each.</summary>
    private const int MostConnections = 1000;

    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(5);

    public static void Configure(KestrelServerOptions kestrel, OperatorOptions options, ServedCertificate certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestBodySize = InjectEndpoint.LargestBody + 1; // the endpoint itself answers a larger one
        kestrel.Limits.RequestHeadersTimeout = s_headersTimeout;
        Add(kestrel, options, options.Port, Port.Webhook, listen => listen.UseHttps(certificate.Handshake()));
        Add(kestrel, options, options.MetricsPort, Port.Metrics, static _ => { });
        Add(kestrel, options, options.HealthPort, Port.Health, static _ => { });
    }

    private static void Add(KestrelServerOptions kestrel, OperatorOptions options, int number, Port port, Action<ListenOptions> more)
    {
        if (options.BindAddress is { } address)
        {
            kestrel.Listen(address, number, Mark);
        }
        else
        {
            kestrel.ListenAnyIP(number, Mark);
        }

        void Mark(ListenOptions listen)
        {
            listen.Protocols = port is Port.Webhook ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Features.Set(new PortFeature(port));
                return next(connection);
            });
            more(listen);
        }
    }
}
