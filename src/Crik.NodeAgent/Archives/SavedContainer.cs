using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Archives;

/// <summary>A container of one pod, which the UID tells apart from others that had or will have its name.</summary>
internal sealed record SavedContainer(ContainerName Name, string PodUid)
{
    public static SavedContainer Of(PodCheckpointDocument item, string container) => new(
        new ContainerName(item.Metadata!.Namespace!, item.Spec!.Pod!, container), item.Status?.StaticPodUid ?? item.Status?.PodUid ?? "");

    public override string ToString() => $"{Name} with the UID {PodUid}";
}
