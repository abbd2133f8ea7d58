using Crik.Diagnostics;

namespace Crik.Control;

/// <summary>
/// Answers <c>crik status</c> and takes the orders of <c>crik checkpoint</c>, on a separate thread, so that nothing that the run
/// does delays an answer. Each packet is one question or one answer. Only root and crik's own user, in this container, are served.
/// </summary>
internal sealed class ControlServer : IDisposable
{
    private const int StackBytes = 128 << 10;

    private readonly ControlOrders _orders = new();
    private readonly ControlLoop _loop;
    private readonly Thread _thread;

    private ControlServer(ControlListener listener, Func<int, bool> isOfThisContainer, Func<RunStatus> status)
    {
        _loop = new ControlLoop(listener, isOfThisContainer, _orders, status);
        _thread = NamedThread.Make("control", StackBytes, _loop.Run);
    }

    /// <summary>Called on the control thread; must not block.</summary>
    public Func<RunStatus> Status
    {
        set => _loop.Status = value;
    }

    /// <summary>
    /// Tells whether a process belongs to the tree that a checkpoint saves. criu cannot save a connection that leads out of the
    /// tree, so such a process gets its answer and is disconnected before its order is handed to the run. Called on the control
    /// thread; may read /proc, but must not block.
    /// </summary>
    public Func<int, bool> IsOfTree
    {
        set => _loop.IsOfTree = value;
    }

    /// <summary>Readable while there is a <see cref="NextOrder"/>.</summary>
    public int OrdersDescriptor => _orders.Descriptor;

    public bool HasOrders => _orders.HasOrders;

    /// <summary>Must be called before the program starts, so that the thread takes no PID that the program's tree may need.</summary>
    /// <returns><see langword="null"/> when there is no place for the socket, or no thread; everything else works without.</returns>
    public static ControlServer? Start(Func<RunStatus> status) => Start(status, ControlEndpoint.OfThisContainer);

    internal static ControlServer? Start(Func<RunStatus> status, ControlEndpoint endpoint)
    {
        if (endpoint.Listen() is not { } listener)
        {
            return null;
        }

        ControlServer server = new(listener, endpoint.IsOfThisContainer, status);
        try
        {
            server._thread.Start();
            return server;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            Log.Warning("no thread can be started for the control socket; crik status and crik checkpoint will not work", ("reason", exception.Message));
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

    public ControlOrder? NextOrder() => _orders.Next();

    /// <summary>From now on every order is answered with this reason. Questions about the state are still answered.</summary>
    public void RefuseOrders(string because) => _orders.Refuse(because);

    /// <summary>Waits a moment for those who have their answer to hang up, and no longer.</summary>
    public void Dispose()
    {
        _loop.End();
        _ = _thread.Join(ControlLoop.LastPatience * 2);
    }
}
