using System.IO.Pipelines;
using System.Net;
using Crik.Hosting;
using Microsoft.AspNetCore.Connections;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Limits how many connections are open, so that a flood of them cannot use up the memory and end the server. One address may
/// have only a share of them. A new connection must send something soon. When all places are taken, the connection that is
/// idle for longest is closed for a new one. Kestrel has a limit too, but it can do none of this, does not show in metrics,
/// and writes a log line for each refused connection.
/// </summary>
internal sealed class ConnectionGate(ConnectionLimits limits, TimeProvider clock, ILogger<ConnectionGate> log)
{
    private readonly Lock _gate = new();
    private readonly OnceAMinute _log = new(clock);
    private readonly Dictionary<IPAddress, OfAddress> _byAddress = [];

    /// <summary>The connections on which no request is being answered. The one that is idle for longest is the first.</summary>
    private readonly LinkedList<OpenConnection> _idle = new();

    private int _open;
    private long _refused;
    private long _closedIdle;
    private long _closedSilent;

    public ConnectionLimits Limits => limits;

    public int Open => Volatile.Read(ref _open);

    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Idle connections that were closed to make room for new ones.</summary>
    public long ClosedIdle => Volatile.Read(ref _closedIdle);

    /// <summary>Connections that were closed because they sent nothing.</summary>
    public long ClosedSilent => Volatile.Read(ref _closedSilent);

    public async Task PassAsync(ConnectionContext connection, Listener listener, ConnectionDelegate next)
    {
        OpenConnection open = new(connection, this, listener);
        connection.Features.Set(open);
        if (!TryEnter(open))
        {
            Refuse(connection);
            return;
        }

        try
        {
            // Kestrel closes a connection that is not passed on.
            if (await HasSentAsync(connection.Transport.Input))
            {
                await next(connection);
            }
        }
        finally
        {
            Leave(open);
        }
    }

    /// <summary>A request arrived, so the connection is no longer idle.</summary>
    public void RequestBegins(OpenConnection connection)
    {
        lock (_gate)
        {
            Unlist(connection);
        }
    }

    public void RequestEnds(OpenConnection connection)
    {
        lock (_gate)
        {
            List(connection);
        }
    }

    private bool TryEnter(OpenConnection connection)
    {
        OpenConnection? idle = null;
        lock (_gate)
        {
            bool isShareFull = _byAddress.TryGetValue(connection.Address, out OfAddress? same) && same.Count >= limits.MostPerAddress;
            if ((isShareFull || _open >= limits.Most) && !TryTakeIdle(isShareFull ? same!.Idle : _idle, out idle))
            {
                return false;
            }

            AtAddress(connection.Address).Count++;
            _open++;
            List(connection);
        }

        idle?.Close();
        return true;
    }

    /// <summary>Takes the place of the connection that is idle for longest. Its answer has certainly been sent.</summary>
    /// <param name="among">The idle connections of one address, or all.</param>
    private bool TryTakeIdle(LinkedList<OpenConnection> among, out OpenConnection? idle)
    {
        idle = among.First?.Value;
        if (idle is null || clock.GetElapsedTime(idle.IdleSince) < limits.IdleBeforeClosing)
        {
            idle = null;
            return false;
        }

        _closedIdle++;
        Forget(idle);
        return true;
    }

    private OfAddress AtAddress(IPAddress address)
    {
        if (!_byAddress.TryGetValue(address, out OfAddress? same))
        {
            _byAddress[address] = same = new OfAddress();
        }

        return same;
    }

    private void Leave(OpenConnection connection)
    {
        lock (_gate)
        {
            if (!connection.IsForgotten)
            {
                Forget(connection);
            }
        }
    }

    private void Forget(OpenConnection connection)
    {
        connection.IsForgotten = true;
        Unlist(connection);
        _open--;
        if (--_byAddress[connection.Address].Count == 0)
        {
            _byAddress.Remove(connection.Address);
        }
    }

    private void List(OpenConnection connection)
    {
        if (!connection.IsForgotten && connection.Place.List is null)
        {
            connection.IdleSince = clock.GetTimestamp();
            _idle.AddLast(connection.Place);
            _byAddress[connection.Address].Idle.AddLast(connection.PlaceOfAddress);
        }
    }

    private void Unlist(OpenConnection connection)
    {
        if (connection.Place.List is not null)
        {
            _idle.Remove(connection.Place);
            _byAddress[connection.Address].Idle.Remove(connection.PlaceOfAddress);
        }
    }

    /// <summary>
    /// Waits for the first byte, and leaves it for Kestrel. Its own limit for headers begins with that byte, and before it a
    /// connection may be silent as long as an idle one.
    /// </summary>
    private async Task<bool> HasSentAsync(PipeReader input)
    {
        ValueTask<ReadResult> read = input.ReadAsync();
        ITimer? timer = read.IsCompleted ? null : clock.CreateTimer(
            static state => ((PipeReader)state!).CancelPendingRead(), input, limits.FirstByte, Timeout.InfiniteTimeSpan);
        try
        {
            ReadResult result = await read;
            input.AdvanceTo(result.Buffer.Start);
            if (result.IsCanceled)
            {
                Interlocked.Increment(ref _closedSilent);
            }

            return !result.IsCanceled;
        }
        catch (Exception closed) when (closed is IOException or OperationCanceledException)
        {
            return false; // the client has gone, or its place was given to another one
        }
        finally
        {
            timer?.Dispose();
        }
    }

    private void Refuse(ConnectionContext connection)
    {
        Interlocked.Increment(ref _refused);
        if (_log.MayTell())
        {
            log.ConnectionsRefused(Open, limits.Most, limits.MostPerAddress);
        }

        connection.Abort();
    }

    /// <summary>The connections of one address: how many are open, and which are idle, in the order of all idle ones.</summary>
    private sealed class OfAddress
    {
        public int Count { get; set; }

        public LinkedList<OpenConnection> Idle { get; } = new();
    }
}
