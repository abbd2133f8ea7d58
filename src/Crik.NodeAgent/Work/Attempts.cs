using System.Collections.Concurrent;

namespace Crik.NodeAgent.Work;

/// <summary>
/// Knows until when a request whose answer was lost may still make an archive. An agent that has just started does not know
/// what the one before had sent, so it expects the worst.
/// </summary>
internal sealed class Attempts(DateTimeOffset startedAt)
{
    /// <summary>How much later than its time limit the kubelet may end.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = [];

    public DateTimeOffset MayRunUntil(string uid, TimeSpan timeout) => _until.TryGetValue(uid, out DateTimeOffset until) ? until : startedAt + timeout + Margin;

    public void Sent(string uid, TimeSpan timeout, DateTimeOffset now) => _until[uid] = now + timeout + Margin;

    public void Answered(string uid) => _until[uid] = DateTimeOffset.MinValue;

    public void Forget(string uid) => _until.TryRemove(uid, out _);
}
