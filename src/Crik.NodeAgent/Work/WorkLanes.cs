using System.Collections.Concurrent;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Queues;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Configuration;

namespace Crik.NodeAgent.Work;

/// <summary>
/// The queues of the agent. The containers of one pod are saved one after the other, those of several pods at the same time.
/// Pushes have queues of their own, so that no container waits for them.
/// </summary>
internal sealed class WorkLanes
{
    private const int SavingLanes = 4;

    /// <summary>The pause of an object whose repository was changed, while the push to the old one still runs.</summary>
    private static readonly TimeSpan s_whileBusy = TimeSpan.FromSeconds(1);

    private readonly KnownCheckpoints _known;
    private readonly AgentOptions _options;
    private readonly KeyedWork<ObjectName>[] _saving;
    private readonly KeyedWork<ObjectName>[] _pushing;
    private readonly PushLanes _pushes;
    private readonly ConcurrentDictionary<(ObjectName Name, bool IsSlow), bool> _busy = [];

    /// <param name="work">Works on an object. The second argument says whether it is in a queue for slow steps.</param>
    /// <param name="failed">Hears of each failure, with the pause until the next try.</param>
    public WorkLanes(
        AgentOptions options,
        KnownCheckpoints known,
        Func<ObjectName, bool, CancellationToken, Task<TimeSpan?>> work,
        Action<ObjectName, KubernetesException, TimeSpan> failed,
        TimeProvider clock)
    {
        (_options, _known) = (options, known);
        _pushes = new PushLanes(options.Settings.Repository, options.ParallelPushes);
        _saving = Lanes(SavingLanes, isSlow: false);
        _pushing = Lanes(_pushes.Count, isSlow: true);
        KeyedWork<ObjectName>[] Lanes(int count, bool isSlow) =>
            [.. Enumerable.Range(0, count).Select(_ => new KeyedWork<ObjectName>((name, token) => OnceAsync(name, isSlow, work, token), failed, clock))];
    }

    /// <summary>How many objects wait for their turn.</summary>
    public int Length => _saving.Concat(_pushing).Sum(static lane => lane.Length);

    /// <summary>The loops that do the work until they are canceled.</summary>
    public IEnumerable<Func<CancellationToken, Task>> Loops => _saving.Concat(_pushing).Select(static lane => (Func<CancellationToken, Task>)lane.RunAsync);

    public void Add(ObjectName name, bool isSlow)
    {
        PodCheckpointDocument? item = _known.Find(name);
        uint pod = (uint)StringComparer.Ordinal.GetHashCode($"{name.Namespace}/{item?.Spec?.Pod ?? name.Name}");
        if (isSlow)
        {
            _pushing[_pushes.Of(item?.Status?.Repository ?? item?.Spec?.Repository ?? _options.Settings.Repository, pod)].Add(name);
        }
        else
        {
            _saving[pod % SavingLanes].Add(name);
        }
    }

    /// <summary>An object is never in two turns of the same kind, which could push it to two repositories.</summary>
    private async Task<TimeSpan?> OnceAsync(
        ObjectName name, bool isSlow, Func<ObjectName, bool, CancellationToken, Task<TimeSpan?>> work, CancellationToken cancellationToken)
    {
        if (!_busy.TryAdd((name, isSlow), true))
        {
            return s_whileBusy;
        }

        try
        {
            return await work(name, isSlow, cancellationToken);
        }
        finally
        {
            _busy.TryRemove((name, isSlow), out _);
        }
    }
}
