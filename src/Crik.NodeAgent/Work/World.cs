using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Engines;
using Crik.NodeAgent.Images;
using Crik.NodeAgent.Objects;

namespace Crik.NodeAgent.Work;

/// <summary>All that the work on checkpoints reads and changes.</summary>
internal sealed record World
{
    public required ICheckpointObjects Objects { get; init; }

    public required IPods Pods { get; init; }

    public required ICheckpointArchives Archives { get; init; }

    public required IKubelet Kubelet { get; init; }

    public required ICrik Crik { get; init; }

    public required ICheckpointImages Images { get; init; }

    public required INotices Notices { get; init; }
}
