using System.Collections.Concurrent;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;

namespace Crik.NodeAgent.Work;

/// <summary>What the agent has last seen of all PodCheckpoints.</summary>
internal sealed class KnownCheckpoints
{
    private readonly ConcurrentDictionary<ObjectName, PodCheckpointDocument> _items = [];
    private readonly ConcurrentDictionary<ObjectName, ObjectName> _saving = []; // the object that saves a container, by its pod

    public IReadOnlyCollection<PodCheckpointDocument> All => [.. _items.Values];

    public PodCheckpointDocument? Find(ObjectName name) => _items.GetValueOrDefault(name);

    public static ObjectName NameOf(PodCheckpointDocument item) => new(item.Metadata!.Namespace, item.Metadata.Name!);

    /// <summary>
    /// Keeps what was seen, without the annotations, which can have 200 KiB. What the watch says late about an object that was
    /// deleted does not replace the one that has its name now.
    /// </summary>
    public void Note(PodCheckpointDocument item)
    {
        PodCheckpointDocument kept = item with { Metadata = item.Metadata! with { Annotations = null } };
        _items.AddOrUpdate(NameOf(item), kept, (_, known) =>
            known.Metadata!.Uid != kept.Metadata.Uid && known.Metadata.CreationTimestamp > kept.Metadata.CreationTimestamp ? known : kept);
    }

    /// <summary>Forgets an object that was deleted, unless another one has its name by now.</summary>
    public void Forget(PodCheckpointDocument deleted)
    {
        if (_items.TryGetValue(NameOf(deleted), out PodCheckpointDocument? known) && known.Metadata!.Uid == deleted.Metadata!.Uid)
        {
            Forget(NameOf(deleted));
        }
    }

    public void Forget(ObjectName name)
    {
        _items.TryRemove(name, out _);
        Release(name);
    }

    /// <summary>
    /// Takes the pod of an object for it, before its intent is written: whether that was written is not certain if the answer is
    /// lost.
    /// </summary>
    /// <returns>False if another object has it.</returns>
    public bool Reserve(PodCheckpointDocument item) => _saving.GetOrAdd(PodOf(item), NameOf(item)) == NameOf(item);

    /// <summary>No answer is awaited for this object any more.</summary>
    public void Release(ObjectName name)
    {
        foreach (KeyValuePair<ObjectName, ObjectName> reservation in _saving.Where(pair => pair.Value == name))
        {
            _saving.TryRemove(reservation);
        }
    }

    /// <summary>Whether the archive of a container is awaited: the intent is in the status and its result is not.</summary>
    public static bool IsSaving(PodCheckpointDocument item) => item.Status is { CompletionTime: null } status && IsOpen(status);

    /// <summary>Whether a container has an intent and no result, so that there may be an archive of it.</summary>
    public static bool IsOpen(PodCheckpointStatus status) =>
        (status.Containers ?? []).Any(static container => container is { FrozenTime: not null, SavedTime: null });

    /// <summary>Whether another object waits for the archive of a container of the same pod.</summary>
    public bool IsOtherSaving(PodCheckpointDocument item, string node) =>
        (_saving.TryGetValue(PodOf(item), out ObjectName? saving) && saving != NameOf(item))
        || _items.Values.Any(other => other.Metadata!.Uid != item.Metadata!.Uid && PodOf(other) == PodOf(item) && other.Status?.Node == node && IsSaving(other));

    private static ObjectName PodOf(PodCheckpointDocument item) => new(item.Metadata!.Namespace, item.Spec?.Pod ?? "");
}
