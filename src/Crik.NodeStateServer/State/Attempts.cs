using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.State;

/// <summary>
/// Knows when the watcher last did anything, for /livez: it began a list or a watch, got a message, or decided to wait before
/// the next try. A watcher that hangs leaves the process without new answers for ever, and only a restart helps. A watch in
/// which nothing happens ends after --watch-idle-timeout, so a longer silence means that the watcher hangs.
/// </summary>
internal sealed class Attempts(ServerOptions options, TimeProvider clock)
{
    /// <summary>What is allowed beyond --watch-idle-timeout: pauses between tries, and a machine that was suspended.</summary>
    private static readonly TimeSpan s_more = TimeSpan.FromMinutes(3);

    private long _last = clock.GetTimestamp();

    /// <summary>Called by the watcher at each step.</summary>
    /// <param name="pause">How long it will now do nothing, because the API server asked for it or after a failure.</param>
    public void Made(TimeSpan pause = default) =>
        Volatile.Write(ref _last, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));

    /// <returns>Why the process must be restarted, or null.</returns>
    public string? Problem()
    {
        TimeSpan age = clock.GetElapsedTime(Volatile.Read(ref _last));
        return age > options.WatchIdleTimeout + s_more ? $"the watch of the API server has hung for {age.TotalSeconds:0} s" : null;
    }
}
