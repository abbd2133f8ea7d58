using System.Collections.Concurrent;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;

namespace Crik.NodeAgent.Work;

/// <summary>What the agent has last seen of all PodCheckpoints.</summary>
internal sealed class KnownCheckpoints
{
    private readonly ConcurrentDictionary<ObjectName, PodCheckpointDocument> _items = [];

    public IReadOnlyCollection<PodCheckpointDocument> All => [.. _items.Values];

    public static ObjectName NameOf(PodCheckpointDocument item) => new(item.Metadata!.Namespace, item.Metadata.Name!);

    public void Note(PodCheckpointDocument item) => _items[NameOf(item)] = item;

    public void Forget(ObjectName name) => _items.TryRemove(name, out _);

    /// <summary>Whether another object waits for the archive of a container of the same pod.</summary>
    public bool IsOtherSaving(PodCheckpointDocument item, string node) => _items.Values.Any(other =>
        other.Metadata!.Uid != item.Metadata!.Uid
        && other.Metadata.Namespace == item.Metadata.Namespace
        && other.Spec?.Pod == item.Spec?.Pod
        && other.Status is { CompletionTime: null, Engine: CheckpointEngines.Kubelet } status
        && status.Node == node
        && (status.Containers ?? []).Any(static container => container is { FrozenTime: not null, SavedTime: null }));
}
