using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Leading;

/// <summary>What the leader has to find out about an object, because no agent may be there that works on it.</summary>
internal enum UpkeepQuestion
{
    None,

    /// <summary>Nobody has accepted it: is there such a pod?</summary>
    WhereIsThePod,

    /// <summary>It is not complete: does its node exist?</summary>
    DoesTheNodeExist,
}

/// <summary>The pure decisions of the leader about single objects.</summary>
internal static class UpkeepDecision
{
    /// <summary>An agent has this long to accept an object.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static UpkeepQuestion Question(PodCheckpointDocument item, DateTimeOffset now) => item switch
    {
        { Metadata.DeletionTimestamp: not null, Status.Node: not null } => UpkeepQuestion.DoesTheNodeExist,
        { Metadata.DeletionTimestamp: not null } => UpkeepQuestion.None,
        { Status.CompletionTime: not null } => UpkeepQuestion.None,
        { Status.Node: not null } => UpkeepQuestion.DoesTheNodeExist,
        { Metadata.CreationTimestamp: { } created } when now - created > Patience => UpkeepQuestion.WhereIsThePod,
        _ => UpkeepQuestion.None,
    };

    /// <returns>The failure, or null while an agent can still begin.</returns>
    /// <param name="message">Why nobody has begun yet, where the result is null.</param>
    public static CheckpointStep.Fail? AboutPod(PodCheckpointDocument item, PodView? pod, out string message)
    {
        string name = $"{item.Metadata!.Namespace}/{item.Spec?.Pod}";
        message = $"The agent of the node {pod?.Node} has not begun yet. Look whether the DaemonSet of the agent has a pod there.";
        return pod is null ? new CheckpointStep.Fail(PodCheckpointReasons.PodNotFound, $"There is no pod {name}.")
            : Acceptance.OtherPod(item, pod) is { } other ? other
            : pod.Node is null ? new CheckpointStep.Fail(PodCheckpointReasons.PodNotRunning, $"The pod {name} is on no node yet.")
            : null;
    }

    public static CheckpointStep.Fail NodeGone(PodCheckpointDocument item) => new(
        PodCheckpointReasons.NodeGone, $"The node {item.Status!.Node} does not exist any more, and with it what was not in the registry yet.");
}
