using System.Collections.Concurrent;
using Crik.Hosting;

namespace Crik.Operator.Upkeep;

/// <summary>What the leader sees of pods. The other replicas have nothing but zeros.</summary>
internal sealed class UpkeepMetrics
{
    private readonly ConcurrentDictionary<string, string> _notInjected = [];
    private long _claims;
    private long _failures;

    public void CountClaim() => Interlocked.Increment(ref _claims);

    public void CountFailure() => Interlocked.Increment(ref _failures);

    public void Note(string uid, PodNeed need)
    {
        if (need is PodNeed.Notice notice)
        {
            _notInjected[uid] = notice.Reason;
        }
        else
        {
            Forget(uid);
        }
    }

    public void Forget(string uid) => _notInjected.TryRemove(uid, out _);

    /// <summary>Another replica leads now, and has these numbers.</summary>
    public void Clear() => _notInjected.Clear();

    public void WriteTo(PrometheusText text)
    {
        text.Family("crik_pods_not_injected", "gauge", "Pods that ask for injection and run without it, by reason. Missed: the webhook was not asked.");
        foreach (IGrouping<string, string> reason in _notInjected.Values.GroupBy(reason => reason).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Sample("crik_pods_not_injected", $"reason=\"{reason.Key}\"", reason.Count());
        }

        text.Metric("crik_claims_created_total", "counter", "PersistentVolumeClaims that this replica created.", Interlocked.Read(ref _claims));
        text.Metric("crik_upkeep_failures_total", "counter", "Claims and Events that could not be created, and were tried again.", Interlocked.Read(ref _failures));
    }
}
