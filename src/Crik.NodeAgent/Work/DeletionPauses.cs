using System.Collections.Concurrent;
using Crik.Kubernetes.Watching;

namespace Crik.NodeAgent.Work;

/// <summary>
/// Remembers until when the deletion of a pod that was refused is not tried again. In the meantime the images are pushed. An agent
/// that has just started tries at once.
/// </summary>
internal sealed class DeletionPauses(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, (Backoff Backoff, DateTimeOffset Until)> _pauses = [];

    /// <returns>The rest of the pause, or null if the pod may be deleted.</returns>
    public TimeSpan? Left(string uid)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return _pauses.TryGetValue(uid, out var pause) && pause.Until > now ? pause.Until - now : null;
    }

    /// <param name="requested">How long the API server asks to wait, if it does.</param>
    public void Refused(string uid, TimeSpan? requested)
    {
        Backoff backoff = _pauses.TryGetValue(uid, out var before) ? before.Backoff
            : new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), Random.Shared.NextDouble);
        _pauses[uid] = (backoff, clock.GetUtcNow() + backoff.Next(requested));
    }

    public void Forget(string uid) => _pauses.TryRemove(uid, out _);
}
