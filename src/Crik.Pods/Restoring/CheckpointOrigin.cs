using Crik.Contracts.PodCheckpoints;

namespace Crik.Pods.Restoring;

/// <summary>What made a checkpoint, as far as that decides who can restore it.</summary>
/// <param name="Runtime">Null if nobody wrote it down.</param>
/// <param name="Architecture">Such as `amd64`. Null if it is not known.</param>
public sealed record CheckpointOrigin(ContainerRuntime? Runtime, string? Architecture)
{
    /// <summary>Whether the image can only be read with a private key.</summary>
    public bool IsEncrypted { get; init; }

    /// <param name="nodes">Nodes of the cluster: the one on which the checkpoint was made tells the architecture.</param>
    public static CheckpointOrigin Of(PodCheckpointDocument checkpoint, IReadOnlyList<NodeFacts> nodes) => new(
        (checkpoint.Status?.Containers ?? []).Select(static container => ContainerRuntime.Parse(container.Runtime)).OfType<ContainerRuntime>().FirstOrDefault(),
        nodes.FirstOrDefault(node => node.Name == checkpoint.Status?.Node)?.Architecture)
    {
        IsEncrypted = checkpoint.Spec?.EncryptionSecret is { Length: > 0 },
    };
}
