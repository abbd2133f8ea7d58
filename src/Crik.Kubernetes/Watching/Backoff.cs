namespace Crik.Kubernetes.Watching;

/// <summary>
/// Computes the pause before the next try. It doubles with every failure. Half of it is random, so that replicas do not
/// all try at the same time.
/// </summary>
public sealed class Backoff(TimeSpan first, TimeSpan most, Func<double> chance)
{
    /// <summary>No API server means more than this. It protects against a Retry-After that is a mistake.</summary>
    private static readonly TimeSpan s_mostRequested = TimeSpan.FromMinutes(10);

    private int _tries;

    /// <summary>As long as the pauses of client-go's reflector at most, which are 30 s.</summary>
    public static Backoff ForApiServer() => new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), Random.Shared.NextDouble);

    public void Reset() => _tries = 0;

    /// <param name="requested">The Retry-After of the API server. The pause is at least as long.</param>
    public TimeSpan Next(TimeSpan? requested = null)
    {
        double whole = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(_tries++, 30)), most.TotalMilliseconds);
        TimeSpan pause = TimeSpan.FromMilliseconds(whole / 2 + whole / 2 * chance());
        if (requested is not { } wanted || wanted <= TimeSpan.Zero)
        {
            return pause;
        }

        TimeSpan least = (wanted < s_mostRequested ? wanted : s_mostRequested) + first * chance();
        return pause > least ? pause : least;
    }
}
