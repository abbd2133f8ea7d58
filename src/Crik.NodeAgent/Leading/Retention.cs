using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Leading;

/// <summary>Chooses the PodCheckpoints that have expired. It is a pure function.</summary>
internal static class Retention
{
    /// <summary>
    /// The newest checkpoint of a group always stays, however large it is. An object with several containers stays while one of
    /// them needs it. Pinned objects stay, and count for nothing. Generations of crik belong to the crik in the pod, which has a
    /// retention of its own; only the age deletes their objects.
    /// </summary>
    /// <returns>The expired objects, each with the rule.</returns>
    public static IReadOnlyList<(PodCheckpointDocument Item, string Rule)> Choose(IEnumerable<PodCheckpointDocument> items, RetentionRules rules, DateTimeOffset now)
    {
        PodCheckpointDocument[] free = [.. items
            .Where(static item => item is { Metadata: { DeletionTimestamp: null } metadata, Status.CompletionTime: not null } && !IsPinned(metadata))
            .OrderByDescending(static item => item.Status!.CompletionTime).ThenByDescending(static item => item.Metadata!.Uid, StringComparer.Ordinal)];
        Dictionary<PodCheckpointDocument, string> expired = new(ReferenceEqualityComparer.Instance);
        foreach (PodCheckpointDocument old in free.Where(item => now - item.Status!.CompletionTime > rules.MaxAge))
        {
            expired[old] = "age";
        }

        PodCheckpointDocument[] images = [.. free.Where(static item => item.Status is { Engine: CheckpointEngines.Kubelet } status && status.Conditions.IsTrue(PodCheckpointConditions.Ready))];
        Mark(expired, images, rules.Namespace, "namespace", static item => item.Metadata!.Namespace!);
        Mark(expired, images, rules.Pod, "pod", static item => $"{item.Metadata!.Namespace}/{item.Spec?.Pod}");
        MarkContainers(expired, images, rules.Container);
        return [.. expired.Select(static pair => (pair.Key, pair.Value))];
    }

    private static bool IsPinned(ObjectMetadata metadata) => metadata.Labels?.GetValueOrDefault(PodCheckpointNames.PinnedLabel) is "true";

    private static void Mark(
        Dictionary<PodCheckpointDocument, string> expired, IEnumerable<PodCheckpointDocument> images, RetentionLimit limit, string rule, Func<PodCheckpointDocument, string> group)
    {
        foreach (IGrouping<string, PodCheckpointDocument> items in images.GroupBy(group))
        {
            foreach (PodCheckpointDocument item in Beyond(items, limit, static item => (item.Status!.Containers ?? []).Sum(static container => container.Bytes ?? 0)))
            {
                expired.TryAdd(item, rule);
            }
        }
    }

    private static void MarkContainers(Dictionary<PodCheckpointDocument, string> expired, PodCheckpointDocument[] images, RetentionLimit limit)
    {
        var all = images.SelectMany(static item => (item.Status!.Containers ?? []).Select(container => (Item: item, Container: container)));
        HashSet<(PodCheckpointDocument, ContainerCheckpoint)> beyond = [.. all
            .GroupBy(static one => (one.Item.Metadata!.Namespace, one.Item.Spec?.Pod, one.Container.Name))
            .SelectMany(group => Beyond(group, limit, static one => one.Container.Bytes ?? 0))];
        foreach (PodCheckpointDocument item in images.Where(item => item.Status!.Containers is { Count: > 0 } containers && containers.All(container => beyond.Contains((item, container)))))
        {
            expired.TryAdd(item, "container");
        }
    }

    /// <param name="newestFirst">The items of one group.</param>
    private static IEnumerable<T> Beyond<T>(IEnumerable<T> newestFirst, RetentionLimit limit, Func<T, long> size)
    {
        int count = 0;
        long bytes = 0;
        foreach (T item in newestFirst)
        {
            count++;
            bytes += size(item);
            if (count > 1 && (count > limit.Count || bytes > limit.Bytes))
            {
                yield return item;
            }
        }
    }
}
