using System.Text.Json;
using Crik.Diagnostics;

namespace Crik.Control;

/// <summary>
/// Answers <c>crik status</c> and takes the orders of <c>crik checkpoint</c>, on a separate thread, so that nothing that the run
/// does delays an answer. Each packet is one question or one answer. Only root and crik's own user, in this container, are served.
/// </summary>
internal sealed class ControlServer(ControlListener listener, Func<int, bool> isOfThisContainer) : IDisposable
{
    private const int StackBytes = 128 << 10;

    /// <summary>How long a connection may stay open without a question, or after its answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long those who have their answer get to hang up when crik ends. A container ends with crik, so they would be killed
    /// before they print it. Somebody inside the program's tree gets as long before the checkpoint begins.
    /// </summary>
    internal static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(1);

    /// <summary>More connections than this are told to come back later.</summary>
    internal const int MostConnections = 16;

    /// <summary>The thread ends after this many bugs, because a bug that comes again at once would use up a processor.</summary>
    private const int MostFailures = 10;

    /// <summary>How long no connection is accepted after one could not be, for example because no descriptor is free.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly FileDescriptor _wake = Libc.MakeEventDescriptor();

    /// <summary>Answers of the run, which the control thread has to send.</summary>
    private readonly Queue<(ControlConnection To, ControlAnswer Answer)> _answers = [];
    private Thread? _thread;
    private volatile Func<RunStatus>? _status;
    private volatile Func<string> _metrics = () => "";
    private volatile Func<int, bool> _isOfTree = _ => false;
    private volatile bool _isOver;

    // The control thread alone uses these.
    private readonly List<ControlConnection> _connections = [];
    private Deadline _rested = Deadline.In(TimeSpan.Zero);

    public ControlOrders Orders { get; } = new();

    /// <summary>Called on the control thread; must not block.</summary>
    public required Func<RunStatus> Status
    {
        get => _status!;
        set => _status = value;
    }

    /// <inheritdoc cref="Status"/>
    public Func<string> Metrics
    {
        set => _metrics = value;
    }

    /// <summary>
    /// Tells whether a process belongs to the tree that a checkpoint saves. criu cannot save a connection that leads out of the
    /// tree, so such a process gets its answer and is disconnected before its order is handed to the run. Called on the control
    /// thread; may read /proc, but must not block.
    /// </summary>
    public Func<int, bool> IsOfTree
    {
        set => _isOfTree = value;
    }

    /// <summary>Must be called before the program starts, so that the thread takes no PID that the program's tree may need.</summary>
    /// <returns><see langword="null"/> when there is no place for the socket, or no thread; everything else works without.</returns>
    public static ControlServer? Start(Func<RunStatus> status, ControlEndpoint? endpoint = null)
    {
        endpoint ??= ControlEndpoint.OfThisContainer;
        if (endpoint.Listen() is not { } listener)
        {
            return null;
        }

        ControlServer server = new(listener, endpoint.IsOfThisContainer) { Status = status };
        try
        {
            server._thread = NamedThread.Make("control", StackBytes, server.Run);
            server._thread.Start();
            return server;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            Log.Warning(Event.NoControlSocket, "no thread can be started for the control socket; crik status and crik checkpoint will not work",
                ("reason", Faults.Reason(exception)));
            listener.Dispose();
            return null;
        }
    }

    /// <summary>Whether <paramref name="pid"/> is a descendant of the program's root process, or is it.</summary>
    public static bool IsDescendant(int pid, int root)
    {
        for (int steps = 0; pid > 0 && steps < 1000; steps++)
        {
            if (pid == root)
            {
                return true;
            }

            pid = ProcFs.Parent(pid);
        }

        return false;
    }

    /// <summary>Waits a moment for those who have their answer to hang up, and no longer.</summary>
    public void Dispose()
    {
        _isOver = true;
        Wake();
        _ = _thread!.Join(LastPatience * 2);
    }

    /// <summary>Returns after <see cref="Dispose"/>. No exception leaves it.</summary>
    private void Run()
    {
        for (int failures = 0; failures < MostFailures && !_isOver;)
        {
            try
            {
                Turn(Deadline.Never, listens: true);
            }
#pragma warning disable CA1031 // an exception that leaves a thread would end the init and with it the program
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures++;
                Log.Error(Event.ControlSocketFailed, $"the control socket failed, which is a bug; those who were connected are disconnected: {exception}");
                Disconnect();
            }
        }

        try
        {
            listener.Dispose();
            Deadline last = Deadline.In(LastPatience);
            SendAnswers();
            _connections.FindAll(connection => connection.Stage != ControlStage.Answered).ForEach(Close);
            while (_connections.Count > 0 && !last.HasPassed)
            {
                Turn(last, listens: false);
            }
        }
#pragma warning disable CA1031
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Error(Event.ControlSocketFailed, $"the control socket could not be closed, which is a bug: {exception}");
        }

        Disconnect();
    }

    /// <summary>Waits for the next event and deals with it.</summary>
    private void Turn(Deadline deadline, bool listens)
    {
        ControlConnection[] connections = [.. _connections];
        Span<Libc.PollEntry> entries = stackalloc Libc.PollEntry[2 + connections.Length];
        entries[0] = new() { Descriptor = _wake.Number, Events = Libc.POLLIN };
        entries[1] = new() { Descriptor = listens && _rested.HasPassed ? listener.Socket.Number : -1, Events = Libc.POLLIN };
        Deadline next = listens && !_rested.HasPassed ? _rested : deadline;
        for (int i = 0; i < connections.Length; i++)
        {
            // Without an event asked for, poll(2) still reports that the other end hung up.
            entries[2 + i] = new() { Descriptor = connections[i].Socket.Number, Events = connections[i].Stage == ControlStage.Asking ? Libc.POLLIN : (short)0 };
            next = connections[i].Until.Left < next.Left ? connections[i].Until : next;
        }

        Libc.Poll(entries, next.PollTimeout);
        if (entries[0].Returned != 0)
        {
            Libc.TryRead(_wake, stackalloc byte[8]);
        }

        SendAnswers();
        for (int i = 0; i < connections.Length; i++)
        {
            if (entries[2 + i].Returned != 0 && connections[i].Stage == ControlStage.Asking)
            {
                Hear(connections[i]);
            }
            else if (entries[2 + i].Returned != 0 || connections[i].Until.HasPassed)
            {
                Close(connections[i]);
            }
        }

        if (entries[1].Returned != 0)
        {
            Accept();
        }
    }

    private void SendAnswers()
    {
        while (true)
        {
            (ControlConnection To, ControlAnswer Answer) next;
            lock (_answers)
            {
                if (!_answers.TryDequeue(out next))
                {
                    return;
                }
            }

            if (_connections.Contains(next.To))
            {
                next.To.Answer(next.Answer, Patience);
            }
        }
    }

    private void Accept()
    {
        if (Libc.TryAccept(listener.Socket, out int errno) is not { } socket)
        {
            _rested = errno is Errno.EAGAIN ? _rested : Deadline.In(s_rest);
            return;
        }

        (int pid, uint user) = Libc.Peer(socket);
        if ((user != 0 && user != Libc.GetEffectiveUserId()) || !isOfThisContainer(pid))
        {
            Log.Warning(Event.ControlConnectionRefused, "refused a connection to the control socket: only root and crik's own user in this container may use it",
                ("pid", pid), ("user", user));
            socket.Dispose();
        }
        else if (_connections.Count >= MostConnections)
        {
            _ = Libc.TrySend(socket, ControlJson.Write(new ControlAnswer { Problem = $"{MostConnections} others are connected to the running crik; try again later" }));
            socket.Dispose();
        }
        else
        {
            _connections.Add(new ControlConnection(socket, pid));
        }
    }

    private void Hear(ControlConnection connection)
    {
        ControlRequest? request = Read(connection.Socket);
        bool isFromInside = _isOfTree(connection.Pid);
        switch (request)
        {
            case { Command: ControlRequest.Status }:
                connection.Answer(new ControlAnswer { Status = Status() }, Patience);
                break;
            case { Command: ControlRequest.Metrics }:
                connection.Answer(new ControlAnswer { Metrics = _metrics() }, Patience);
                break;
            case { Command: ControlRequest.CheckpointAtTermination or ControlRequest.DecideAtTermination }:
                connection.Answer(Orders.OrderForTermination(request.Command is ControlRequest.CheckpointAtTermination), Patience);
                break;
            case { Command: ControlRequest.Checkpoint } when Orders.Refusal is { } refusal:
                connection.Answer(new ControlAnswer { Problem = refusal }, Patience);
                break;
            case { Command: ControlRequest.Checkpoint } when isFromInside:
                connection.Answer(new ControlAnswer { Accepted = true }, LastPatience, new ControlOrder(request.LeaveRunning, _ => { }));
                return;
            case { Command: ControlRequest.Checkpoint }:
                connection.AwaitRun();
                Orders.Add(new ControlOrder(request.LeaveRunning, answer => Post(connection, answer)));
                return;
            default:
                connection.Answer(new ControlAnswer { Problem = "the running crik does not know that command; it may be another version" }, Patience);
                break;
        }

        if (isFromInside)
        {
            Close(connection); // the answer can still be read; a checkpoint that begins now does not meet the connection
        }
    }

    /// <summary>Called on the run's thread.</summary>
    private void Post(ControlConnection to, ControlAnswer answer)
    {
        lock (_answers)
        {
            _answers.Enqueue((to, answer));
        }

        Wake();
    }

    private static ControlRequest? Read(FileDescriptor socket)
    {
        try
        {
            return Libc.ReceivePacket(socket) is { Length: < 4096 } packet ? ControlJson.ReadRequest(packet) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Close(ControlConnection connection)
    {
        _connections.Remove(connection);
        connection.Socket.Dispose();
        if (connection.OrderAfterClosing is { } order)
        {
            Orders.Add(order);
        }
    }

    private void Disconnect() => Array.ForEach([.. _connections], Close);

    private void Wake() => _ = Libc.TryWrite(_wake.Number, BitConverter.GetBytes(1UL));
}
