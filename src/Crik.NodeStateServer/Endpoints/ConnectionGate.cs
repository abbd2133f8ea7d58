using System.Diagnostics;
using Crik.NodeStateServer.Configuration;
using Microsoft.AspNetCore.Connections;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// So many connections and no more: too many would take more memory than there is, and with it everybody's answers. Kestrel's own
/// limit does the same, but is silent in metrics and has a line in the log for each.
/// </summary>
internal sealed class ConnectionGate(int most, ILogger<ConnectionGate> log)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    /// <summary>Of the heap, for what is not connections: Nodes, lists of them, pages that are read.</summary>
    private const long Reserved = 24 << 20;

    /// <summary>Measured: 11 KiB with a waiting request. Twice that, because a crowd that is turned away at the door is garbage for a while.</summary>
    private const long PerConnection = 24 << 10;

    private const int Least = 100;
    private const int Usual = 20_000;

    private int _open;
    private long _refused;
    private long _toldAt;

    public int Most => most;

    public int Open => Volatile.Read(ref _open);

    public long Refused => Volatile.Read(ref _refused);

    /// <summary>What was asked for; else what the memory has room for, which in a container is what its limit leaves to the heap.</summary>
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
