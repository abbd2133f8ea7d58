using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>The limits of a <see cref="ConnectionGate"/>.</summary>
internal sealed record ConnectionLimits(int Most, int MostPerAddress)
{
    /// <summary>
    /// Bytes of the heap that are kept for everything except connections: Nodes, answers with all Nodes, and pages from
    /// the API server.
    /// </summary>
    private const long Reserved = 24 << 20;

    /// <summary>
    /// Bytes of the heap for each connection. A connection with a waiting request was measured at 11 KiB. The value is
    /// twice as large, because refused connections are garbage that takes memory until it is collected.
    /// </summary>
    private const long PerConnection = 24 << 10;

    private const int Least = 100;
    private const int Usual = 20_000;

    /// <summary>
    /// One address may have one of so many connections, so that a few addresses do not lock out all others. Behind a proxy or
    /// NAT all callers have the same address, and need --max-connections-per-address.
    /// </summary>
    private const int Share = 8;

    /// <summary>How long a new connection may be silent. A client connects when it has a request.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection must be idle before it is closed for another one. Its last answer has left the buffers by then,
    /// and the first request of a new one has arrived.
    /// </summary>
    public TimeSpan IdleBeforeClosing { get; init; } = TimeSpan.FromSeconds(1);

    public static ConnectionLimits Of(int most, int? perAddress = null) => new(most, perAddress ?? Math.Max(1, most / Share));

    /// <summary>
    /// Returns the limits: --max-connections if it is set, otherwise as many as fit into the heap. In a container, the
    /// size of the heap follows from the container's memory limit.
    /// </summary>
    public static ConnectionLimits For(ServerOptions options, long heap) => Of(
        options.MaxConnections ?? (int)Math.Clamp((heap - Reserved) / PerConnection, Least, Usual),
        options.MaxConnectionsPerAddress);
}
