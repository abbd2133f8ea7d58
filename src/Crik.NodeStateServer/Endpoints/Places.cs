namespace Crik.NodeStateServer.Endpoints;

/// <summary>Limits how many answers of one kind are sent at the same time.</summary>
internal sealed class Places(int most)
{
    private int _taken;
    private long _refused;

    public int Most => most;

    public int Taken => Volatile.Read(ref _taken);

    public long Refused => Volatile.Read(ref _refused);

    /// <returns>Whether there was a free place. Then call <see cref="Leave"/> at the end.</returns>
    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= most)
        {
            return true;
        }

        Leave();
        Interlocked.Increment(ref _refused);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _taken);
}
