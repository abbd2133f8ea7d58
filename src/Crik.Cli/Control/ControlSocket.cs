using System.Text.Json;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Linux;

namespace Crik.Control;

/// <summary>
/// Where a running crik can be talked to from inside its container, as by <c>kubectl exec</c>. Only root and crik's own
/// user are listened to. One packet is one question, one packet the answer.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    /// <summary>In a container with a read-only root file system the second one is still writable.</summary>
    public static IReadOnlyList<string> Paths { get; } = ["/run/crik.sock", "/dev/shm/crik.sock"];

    private const int MostClients = 16;

    /// <summary>When crik ends, its container does: somebody who was answered is given this long to say so.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Supervisor _supervisor;
    private readonly FileDescriptor _listener;
    private readonly List<FileDescriptor> _asking = [];
    private readonly List<FileDescriptor> _answered = [];
    private readonly Queue<ControlOrder> _orders = [];
    private string? _refusal;

    private ControlSocket(Supervisor supervisor, FileDescriptor listener, Func<RunStatus> status)
    {
        (_supervisor, _listener, Status) = (supervisor, listener, status);
        supervisor.Attend(listener.Number, Accept);
    }

    /// <summary>Must not wait.</summary>
    public Func<RunStatus> Status { private get; set; }

    /// <summary>Whether somebody waits for something to be done.</summary>
    public bool HasOrders => _orders.Count > 0;

    /// <returns><see langword="null"/> when there is no place for it; everything else works without.</returns>
    public static ControlSocket? Open(Supervisor supervisor, Func<RunStatus> status)
    {
        int errno = 0;
        foreach (string path in Paths)
        {
            if (Libc.TryConnect(path, out _) is { } other)
            {
                other.Dispose();
                Log.Warning("crik status and crik checkpoint talk to another crik, which runs in this container already", ("path", path));
                return null;
            }

            if (Libc.TryListen(path, out errno) is { } listener)
            {
                return new ControlSocket(supervisor, listener, status);
            }
        }

        Log.Debug("no place for the control socket: crik status and crik checkpoint will not work", ("reason", Errno.Text(errno)));
        return null;
    }

    public ControlOrder? NextOrder() => _orders.TryDequeue(out ControlOrder? order) ? order : null;

    /// <summary>From now on nothing is done for anybody; questions about the state are answered.</summary>
    public void RefuseOrders(string because)
    {
        _refusal = because;
        while (NextOrder() is { } order)
        {
            order.Answer(new ControlAnswer { Problem = because });
        }
    }

    public void Dispose()
    {
        _supervisor.Unattend(_listener.Number);
        _listener.Dispose();
        Array.ForEach([.. _asking], Forget);
        _supervisor.Wait(() => _answered.Count == 0, Deadline.In(s_patience));
        Array.ForEach([.. _answered], Forget);
    }

    private void Accept()
    {
        if (Libc.TryAccept(_listener) is not { } client)
        {
            return;
        }

        (int pid, uint user) = Libc.Peer(client);
        if ((user != 0 && user != Libc.GetEffectiveUserId()) || _asking.Count + _answered.Count >= MostClients)
        {
            Log.Warning("somebody who may not was kept from the control socket", ("pid", pid), ("user", user));
            client.Dispose();
            return;
        }

        _asking.Add(client);
        _supervisor.Attend(client.Number, () => Serve(client));
    }

    private void Serve(FileDescriptor client)
    {
        _supervisor.Unattend(client.Number);
        switch (Read(client))
        {
            case { Command: ControlRequest.Status }:
                Answer(client, new ControlAnswer { Status = Status() });
                break;
            case { Command: ControlRequest.Checkpoint } when _refusal is not null:
                Answer(client, new ControlAnswer { Problem = _refusal });
                break;
            case { Command: ControlRequest.Checkpoint } request:
                _orders.Enqueue(new ControlOrder(request.LeaveRunning, answer => Answer(client, answer)));
                break;
            default:
                Answer(client, new ControlAnswer { Problem = "the running crik does not know that command; it may be another version" });
                break;
        }
    }

    private static ControlRequest? Read(FileDescriptor client)
    {
        try
        {
            return Libc.ReceivePacket(client) is { Length: < 4096 } packet ? ControlJson.ReadRequest(packet) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Answer(FileDescriptor client, ControlAnswer answer)
    {
        _ = Libc.TrySend(client, ControlJson.Write(answer)); // it may have gone
        _asking.Remove(client);
        _answered.Add(client);
        _supervisor.Attend(client.Number, () => Forget(client)); // it hangs up when it has ended
    }

    private void Forget(FileDescriptor client)
    {
        _supervisor.Unattend(client.Number);
        _asking.Remove(client);
        _answered.Remove(client);
        client.Dispose();
    }
}

/// <summary>A checkpoint that somebody waits for.</summary>
internal sealed record ControlOrder(bool LeaveRunning, Action<ControlAnswer> Answer);
