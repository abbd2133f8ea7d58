using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Endpoints;

/// <summary>
/// Shares the rendered list of all nodes among everybody who reads it. It is made when somebody asks, at most once a second.
/// Slow readers keep an old one, so there is a limit for how many exist. When they are all in use, the newest one is shared
/// until a reader finishes, which <see cref="DeliveryLimits"/> bounds.
/// </summary>
internal sealed class NodeSnapshots(NodeStateStore store, TimeProvider clock)
{
    /// <summary>How many snapshots exist at the same time, including the newest one.</summary>
    public const int Most = 3;

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Stack<Slot> _free = new(Enumerable.Range(0, Most).Select(_ => new Slot()));
    private Slot? _newest;
    private Slot? _next;

    /// <returns>A snapshot that stays as it is until it is disposed of.</returns>
    public async Task<Lease> TakeAsync()
    {
        Slot slot;
        lock (_gate)
        {
            slot = Choose();
            slot.Readers++;
        }

        Lease lease = new(this, slot);
        try
        {
            await slot.Made;
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private Slot Choose()
    {
        if (_newest is not null && clock.GetElapsedTime(_newest.BeganAt) < s_fresh)
        {
            return _newest;
        }

        if (_next is null && _free.TryPop(out Slot? free))
        {
            _next = free;
            free.BeganAt = clock.GetTimestamp();

            // Rendering takes tens of milliseconds. On a machine with one core the thread pool often has one thread, and short
            // answers must not wait for it.
            free.Made = Task.Factory.StartNew(() => Make(free), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        return _next ?? _newest!;
    }

    private void Make(Slot slot)
    {
        bool isMade = false;
        try
        {
            slot.Nodes.Fill(store);
            isMade = true;
        }
        finally
        {
            lock (_gate)
            {
                Slot? before = _newest;
                _newest = isMade ? slot : before;
                _next = null;
                FreeIfUnused(isMade ? before : slot);
            }
        }
    }

    private void Release(Slot slot)
    {
        lock (_gate)
        {
            slot.Readers--;
            FreeIfUnused(slot);
        }
    }

    private void FreeIfUnused(Slot? slot)
    {
        if (slot is { Readers: 0 } && slot != _newest && slot != _next)
        {
            _free.Push(slot);
        }
    }

    internal sealed class Lease(NodeSnapshots owner, Slot slot) : IDisposable
    {
        private Slot? _slot = slot;

        public RenderedNodes Nodes { get; } = slot.Nodes;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _slot, null) is { } held)
            {
                owner.Release(held);
            }
        }
    }

    internal sealed class Slot
    {
        public RenderedNodes Nodes { get; } = new();

        public Task Made { get; set; } = Task.CompletedTask;

        public long BeganAt { get; set; }

        public int Readers { get; set; }
    }
}
