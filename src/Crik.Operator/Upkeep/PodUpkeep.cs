using System.Collections.Concurrent;
using Crik.Hosting;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Events;
using Crik.Kubernetes.Queues;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;
using Crik.Operator.Admission;
using Crik.Pods;

namespace Crik.Operator.Upkeep;

/// <summary>
/// What the leader does for pods after they were created: it creates the claims that they wait for, and writes Events about
/// those that were not injected. The webhook does neither, because it has no side effects.
/// </summary>
internal sealed class PodUpkeep(KubernetesApi api, AdmissionOptions admission, UpkeepMetrics metrics, TimeProvider clock, ILogger<PodUpkeep> log)
{
    /// <summary>How often to look at a pod that waits for its claim. Its claim could be deleted meanwhile.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(30);

    /// <summary>The reason of an Event about a pod whose claim the API server refuses, for example because of a quota.</summary>
    internal const string ClaimNotCreated = "ClaimNotCreated";

    private readonly Claims _claims = new(api);
    private readonly EventRecorder _events = new(api, "crik-operator", clock);
    private readonly ConcurrentDictionary<ObjectName, SeenPod> _pods = [];
    private readonly ConcurrentDictionary<string, string?> _namespaces = [];
    private readonly ConcurrentDictionary<string, string> _told = []; // the reason of the last Event, by the UID of the pod
    private readonly HashSet<ObjectName> _listed = [];

    /// <summary>Runs until it is canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Begin();
        KeyedWork<ObjectName> work = new(DoAsync, Failed, clock);
        ResourceFollower<PodDocument> namespaces = Follow("namespaces"), pods = Follow("pods");
        await Together.RunAsync(
            cancellationToken,
            token => namespaces.FollowAsync(change => SeenNamespace(change, work), token),
            token => pods.FollowAsync(change => Seen(change, work), token),
            work.RunAsync);
    }

    /// <summary>Another replica may have led since this one did. What it saw of the pods then is no reason to leave one out.</summary>
    private void Begin()
    {
        _pods.Clear();
        _namespaces.Clear();
        _told.Clear();
    }

    private ResourceFollower<PodDocument> Follow(string plural) =>
        new(api, new ResourceSelection(ResourceType.Core(plural)), UpkeepJson.Default.PodDocument, new FollowOptions(), clock);

    private void SeenNamespace(ResourceChange<PodDocument> change, KeyedWork<ObjectName> work)
    {
        Tell(change.Trouble);
        if (change is not { Kind: ResourceChangeKind.Present, Item.Metadata: { Name: { } name } metadata })
        {
            return;
        }

        string? label = metadata.Labels?.GetValueOrDefault(PodNames.InjectLabel);
        if (!_namespaces.TryGetValue(name, out string? before) || before != label)
        {
            _namespaces[name] = label;
            foreach (ObjectName pod in _pods.Keys.Where(pod => pod.Namespace == name))
            {
                work.Add(pod);
            }
        }
    }

    private void Seen(ResourceChange<PodDocument> change, KeyedWork<ObjectName> work)
    {
        Tell(change.Trouble);
        switch (change)
        {
            case { Kind: ResourceChangeKind.ListBegins }:
                _listed.Clear();
                break;
            case { Kind: ResourceChangeKind.Present, Item: { } item } when item.ToSeenPod() is { } pod:
                ObjectName name = new(pod.Namespace, pod.Name);
                _listed.Add(name);
                if (!_pods.TryGetValue(name, out SeenPod? before) || before != pod)
                {
                    if (before is not null && before.Uid != pod.Uid)
                    {
                        Forget(name); // another one of that name, as a StatefulSet makes it
                    }

                    _pods[name] = pod;
                    work.Add(name);
                }

                break;
            case { Kind: ResourceChangeKind.Deleted, Item.Metadata: { Name: { } gone, Namespace: { } space } }:
                Forget(new ObjectName(space, gone));
                break;
            case { Kind: ResourceChangeKind.Listed }:
                foreach (ObjectName pod in _pods.Keys.Where(pod => !_listed.Contains(pod)))
                {
                    Forget(pod);
                }

                _listed.Clear();
                break;
        }
    }

    private void Forget(ObjectName pod)
    {
        if (_pods.TryRemove(pod, out SeenPod? gone))
        {
            metrics.Forget(gone.Uid);
            _told.TryRemove(gone.Uid, out _);
        }
    }

    private async Task<TimeSpan?> DoAsync(ObjectName name, CancellationToken cancellationToken)
    {
        if (!_pods.TryGetValue(name, out SeenPod? pod))
        {
            return null;
        }

        PodNeed need = PodNeed.Of(pod, _namespaces.GetValueOrDefault(pod.Namespace), admission.Excludes(pod.Namespace));
        metrics.Note(pod.Uid, need);
        switch (need)
        {
            case PodNeed.Claim claim:
                await CreateAsync(pod, claim.Request, cancellationToken);
                return s_lookAgain;
            case PodNeed.Notice notice:
                if (await TellAsync(pod, $"NotInjected{notice.Reason}", notice.Message, cancellationToken))
                {
                    log.NotInjected(pod.Namespace, pod.Name, notice.Reason, notice.Message);
                }

                return null;
            default:
                return null;
        }
    }

    private async Task CreateAsync(SeenPod pod, ClaimRequest claim, CancellationToken cancellationToken)
    {
        try
        {
            if (await _claims.EnsureAsync(pod, claim, cancellationToken))
            {
                metrics.CountClaim();
                log.ClaimCreated(pod.Namespace, claim.Name, pod.Name);
            }
        }
        catch (KubernetesException refusal) when (refusal.Failure is KubernetesFailure.Refused)
        {
            await TellAsync(pod, ClaimNotCreated, $"The pod waits for the claim {claim.Name}, which cannot be created: {refusal.Message}", cancellationToken);
            throw;
        }
    }

    /// <summary>Writes an Event about a pod, unless the last one had the same reason.</summary>
    /// <returns>Whether it was written now.</returns>
    private async Task<bool> TellAsync(SeenPod pod, string reason, string message, CancellationToken cancellationToken)
    {
        if (_told.GetValueOrDefault(pod.Uid) == reason)
        {
            return false;
        }

        await _events.RecordAsync(new ObjectReference("v1", "Pod", pod.Namespace, pod.Name, pod.Uid), isWarning: true, reason, message, cancellationToken);
        _told[pod.Uid] = reason;
        return true;
    }

    private void Failed(ObjectName pod, KubernetesException exception, TimeSpan pause)
    {
        metrics.CountFailure();
        log.UpkeepFailed(pod.Namespace!, pod.Name, exception.Message, pause.TotalSeconds);
    }

    private void Tell(FollowTrouble? trouble)
    {
        if (trouble is not null)
        {
            log.FollowingFailed(trouble.Problem, trouble.Pause.TotalSeconds);
        }
    }
}
