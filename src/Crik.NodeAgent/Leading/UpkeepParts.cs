using Crik.NodeAgent.Objects;
using Crik.NodeAgent.Work;

namespace Crik.NodeAgent.Leading;

/// <summary>What the leader reads and changes.</summary>
internal sealed record UpkeepParts(CheckpointObjects Objects, IPods Pods, ThisNode Nodes, StatusWriter Status, ImageSteps Images);
