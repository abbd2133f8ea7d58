namespace Crik.NodeStateServer.Watching;

/// <summary>Doubles from try to try. Half of it is chance, so that replicas do not come back all at once.</summary>
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
