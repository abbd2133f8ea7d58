using System.Net;
using System.Net.Sockets;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// One of the three ports, and the limits of what may arrive there.
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
    public const int MostProbes = 100;

    /// <summary>How many of these one address may have. A kubelet or a Prometheus needs one or two.</summary>
    public const int MostProbesOfAddress = 8;

    /// <summary>
    /// How many bytes of an answer are buffered in this process for a client that does not read. A larger answer is sent in
    /// small pieces (<see cref="Delivery"/>).
    /// </summary>
    public const int ResponseBuffer = 16 << 10;

    /// <summary>
    /// How many bytes the kernel buffers for each connection. It doubles the value. By default it would buffer up to 4 MB
    /// (tcp_wmem), which counts against the container's limit. This is enough for 30 MB/s at a distance of 1 ms.
    /// </summary>
    public const int SendBuffer = 16 << 10;

    /// <summary>
    /// How many bytes of requests are buffered for a connection, here and in the kernel. A request has at most 18 KB. By
    /// default Kestrel would read up to 1 MB more while it answers a long-poll.
    /// </summary>
    public const int ReceiveBuffer = 32 << 10;

    public static void Configure(KestrelServerOptions kestrel, ServerOptions options, ConnectionGate gate, Func<ConnectionGate> probes, ServingCertificate? certificate = null)
    {
        kestrel.Limits.MaxResponseBufferSize = ResponseBuffer;
        kestrel.Limits.MaxRequestBufferSize = ReceiveBuffer;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestLineSize = 2 << 10;
        kestrel.Limits.MaxRequestHeaderCount = 50;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10; // a bearer token can have several KB
        kestrel.Limits.RequestHeadersTimeout = s_headersTimeout;
        kestrel.Limits.KeepAliveTimeout = s_idleTimeout;
        Add(kestrel, options.BindAddress, options.Port, States, gate, certificate);
        Add(kestrel, options.BindAddress, options.MetricsPort, Metrics, probes());
        Add(kestrel, options.BindAddress, options.HealthPort, Health, probes());
    }

    public static void Configure(SocketTransportOptions sockets)
    {
        sockets.Backlog = 4096; // all clients may connect at the same time
        sockets.MaxReadBufferSize = ReceiveBuffer;
        sockets.CreateBoundListenSocket = static endpoint =>
        {
            // Accepted connections inherit both sizes.
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            (socket.SendBufferSize, socket.ReceiveBufferSize) = (SendBuffer, ReceiveBuffer);
            return socket;
        };
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
            listen.Use(next => connection => gate.PassAsync(connection, listener, next));
            if (certificate is { IsWanted: true })
            {
                listen.UseHttps(certificate.Handshake());
            }
        }
    }
}
