namespace Crik.NodeStateServer.Watching;

/// <summary>
/// Computes the pause before the next try. It doubles with every failure. Half of it is random, so that replicas do not
/// all try at the same time.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan most, Func<double> chance)
{
    private int _tries;

    public static Backoff ForWatch() => new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), Random.Shared.NextDouble);

    public void Reset() => _tries = 0;

    public TimeSpan Next()
    {
        double whole = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(_tries++, 30)), most.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(whole / 2 + whole / 2 * chance());
    }
}
