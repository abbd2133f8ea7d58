namespace Crik.Control;

/// <summary>Hands orders from the control thread to the run. Every member may be called on any thread and returns at once.</summary>
internal sealed class ControlOrders
{
    private readonly Lock _lock = new();
    private readonly Queue<ControlOrder> _waiting = [];
    private readonly FileDescriptor _signal = Libc.MakeEventDescriptor();
    private volatile string? _refusal;
    private volatile bool _isForTermination;

    /// <summary>Readable while an order waits.</summary>
    public int Descriptor => _signal.Number;

    public bool HasOrders
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count > 0;
            }
        }
    }

    /// <summary>Whether somebody ordered a checkpoint at SIGTERM, whatever the state of the node is then.</summary>
    public bool IsForTermination => _isForTermination;

    /// <summary>Why no order for SIGTERM can be taken; <see langword="null"/> while the program runs and a checkpoint can be made.</summary>
    public string? ObstacleToTermination { get; set; } = "the program does not run yet";

    /// <summary>Why no order is taken any more; <see langword="null"/> while orders are taken.</summary>
    public string? Refusal => _refusal;

    /// <summary>An order that comes after <see cref="Refuse"/> is answered with its reason.</summary>
    public void Add(ControlOrder order)
    {
        string? refusal;
        lock (_lock)
        {
            refusal = _refusal;
            if (refusal is null)
            {
                _waiting.Enqueue(order);
                _ = Libc.TryWrite(_signal.Number, BitConverter.GetBytes(1UL));
            }
        }

        if (refusal is not null)
        {
            order.Answer(new ControlAnswer { Problem = refusal });
        }
    }

    /// <summary>Orders a checkpoint at SIGTERM, or takes that back.</summary>
    public ControlAnswer OrderForTermination(bool isWanted)
    {
        lock (_lock)
        {
            if (_refusal is not null || (isWanted && ObstacleToTermination is not null))
            {
                return new ControlAnswer { Problem = _refusal ?? ObstacleToTermination };
            }

            _isForTermination = isWanted;
            return new ControlAnswer { Accepted = true };
        }
    }

    public ControlOrder? Next()
    {
        lock (_lock)
        {
            _ = _waiting.TryDequeue(out ControlOrder? order);
            if (_waiting.Count == 0)
            {
                Silence();
            }

            return order;
        }
    }

    /// <summary>From now on every order is answered with this reason. Questions about the state are still answered.</summary>
    public void Refuse(string because)
    {
        ControlOrder[] waiting;
        lock (_lock)
        {
            _refusal = because;
            waiting = [.. _waiting];
            _waiting.Clear();
            Silence();
        }

        Array.ForEach(waiting, order => order.Answer(new ControlAnswer { Problem = because }));
    }

    private void Silence()
    {
        Span<byte> count = stackalloc byte[8];
        if (Libc.PollForReading(_signal) != 0)
        {
            Libc.TryRead(_signal, count);
        }
    }
}
