namespace Crik.Init;

/// <summary>
/// Signals that cannot be forwarded yet. Like the kernel for a process that blocks them (signal(7)), it keeps each ordinary signal once and
/// queues the real-time ones. All its room is allocated at the start. The caller holds the lock.
/// </summary>
internal sealed class KeptSignals
{
    /// <summary>More real-time signals than this are dropped, as the kernel does at RLIMIT_SIGPENDING.</summary>
    private const int Most = 256;

    private readonly ReceivedSignal[] _signals = new ReceivedSignal[Most];
    private int _count;

    public void Add(ReceivedSignal signal)
    {
        if (_count < Most && (signal.Number >= Signal.FirstRealTime || !Has(signal.Number)))
        {
            _signals[_count++] = signal;
        }
    }

    /// <summary>Takes all signals out, in the order in which they came.</summary>
    public ReadOnlySpan<ReceivedSignal> TakeAll()
    {
        ReadOnlySpan<ReceivedSignal> kept = _signals.AsSpan(0, _count);
        _count = 0;
        return kept;
    }

    private bool Has(int number)
    {
        foreach (ref readonly ReceivedSignal kept in _signals.AsSpan(0, _count))
        {
            if (kept.Number == number)
            {
                return true;
            }
        }

        return false;
    }
}
