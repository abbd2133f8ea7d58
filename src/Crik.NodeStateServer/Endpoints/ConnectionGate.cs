using System.Diagnostics;
using Crik.NodeStateServer.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Limits how many connections are open, so that a flood of them cannot use up the memory and end the server. Kestrel
/// has such a limit too, but it does not show in metrics and writes a log line for each refused connection.
/// </summary>
internal sealed class ConnectionGate(int most, ILogger<ConnectionGate> log)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

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

    private int _open;
    private long _refused;
    private long _toldAt;

    public int Most => most;

    public int Open => Volatile.Read(ref _open);

    public long Refused => Volatile.Read(ref _refused);

    /// <summary>
    /// Returns the limit: --max-connections if it is set, otherwise as many as fit into the heap. In a container, the
    /// size of the heap follows from the container's memory limit.
    /// </summary>
    public static int MostFor(ServerOptions options, long heap) =>
        options.MaxConnections ?? (int)Math.Clamp((heap - Reserved) / PerConnection, Least, Usual);

    public async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= most)
            {
                await next(connection);
            }
            else
            {
                Refuse(connection);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private void Refuse(ConnectionContext connection)
    {
        Interlocked.Increment(ref _refused);
        long toldAt = Volatile.Read(ref _toldAt), now = Stopwatch.GetTimestamp();
        if ((toldAt == 0 || Stopwatch.GetElapsedTime(toldAt, now) > s_quiet) && Interlocked.CompareExchange(ref _toldAt, now, toldAt) == toldAt)
        {
            log.ConnectionsRefused(most);
        }

        connection.Abort();
    }
}
