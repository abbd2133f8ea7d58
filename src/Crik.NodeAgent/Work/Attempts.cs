using System.Collections.Concurrent;

namespace Crik.NodeAgent.Work;

/// <summary>
/// Knows until when a request whose answer was lost may still make an archive. An agent that has just started does not know
/// whether the one before had an answer, so it expects the worst of every intent that it finds.
/// </summary>
internal sealed class Attempts
{
    /// <summary>How much later than its time limit the kubelet may end.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, bool> _answered = [];

    /// <param name="intent">When the intent was written, just before the request.</param>
    public DateTimeOffset MayRunUntil(string uid, DateTimeOffset intent, TimeSpan timeout) =>
        _answered.ContainsKey(uid) ? DateTimeOffset.MinValue : intent + timeout + Margin;

    /// <summary>A request is sent for this object.</summary>
    public void Sent(string uid) => _answered.TryRemove(uid, out _);

    /// <summary>No request of this object can still have an effect.</summary>
    public void Answered(string uid) => _answered[uid] = true;

    public void Forget(string uid) => _answered.TryRemove(uid, out _);
}
