using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Placing;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>All that the next step of the move of one pod depends on.</summary>
/// <param name="Old">The pod itself, as long as it exists.</param>
internal sealed record MoveFacts(PodMove Move, MovingPod? Old)
{
    /// <summary>Whether the API server did not say how it is now, so that nothing can be done for this move at the moment.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>Another pod that has the name of the moved one by now.</summary>
    public MovingPod? Namesake { get; init; }

    /// <summary>The replacement that the status names, as long as it exists.</summary>
    public MovingPod? Replacement { get; init; }

    /// <summary>The pods that can replace it, that are marked for it or held back, and that no other move has taken. The oldest first.</summary>
    public IReadOnlyList<MovingPod> Marked { get; init; } = [];

    /// <summary>The pods that can replace it, that nobody has marked, and that are younger than the announcement.</summary>
    public IReadOnlyList<MovingPod> Unmarked { get; init; } = [];

    /// <summary>A pod that the webhook did not see, and that is to be deleted for that. Null: there is none.</summary>
    public MovingPod? Unseen { get; init; }

    /// <summary>Whether the Job of the replacement goes on if that is deleted. Only read for a replacement without crik.</summary>
    public bool MayJobLoseReplacement { get; init; }

    /// <summary>A pod that the controller has made from another template. Null: there is none.</summary>
    public MovingPod? OtherRevision { get; init; }

    /// <summary>The UIDs of the other pods of the controller. Only read before the deletion is announced.</summary>
    public IReadOnlyList<string> Siblings { get; init; } = [];

    /// <summary>What the criks answer: those of the pod until it is deleted, those of the replacement once it runs. Null: they do not.</summary>
    public IReadOnlyList<CrikState>? Crik { get; init; }

    /// <summary>The UID of the PodMigration.</summary>
    public string? Migration { get; init; }

    /// <summary>Who saves the pod: what the status says, or what will be written there.</summary>
    public string Engine { get; init; } = CheckpointEngines.Crik;

    /// <summary>The PodCheckpoint that was made for this move, as long as it exists.</summary>
    public PodCheckpointDocument? Checkpoint { get; init; }

    /// <summary>
    /// The images from which the containers were started, by container, if the runtime needs them for a restore and does not pull them
    /// by itself. Only read before a pod is accepted that the kubelet saves.
    /// </summary>
    public IReadOnlyDictionary<string, string> BaseImages { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the pod can go, or why it cannot. Only read before the pod is accepted.</summary>
    public Place? Place { get; init; }

    /// <summary>Whether another PodMigration moves this pod. Only read before the pod is accepted.</summary>
    public bool IsTaken { get; init; }

    /// <summary>
    /// Whether another pod of the same controller is being moved. Nobody could tell their replacements, and the slots that those take,
    /// from each other. Only read before the pod is accepted.
    /// </summary>
    public bool IsControllerBusy { get; init; }

    /// <summary>Whether the API server asks the webhook about pods like this one. Only read before the pod is accepted.</summary>
    public bool IsSeenByWebhook { get; init; }

    /// <summary>The pod as it has to be made again. Only read before a pod without a controller is accepted. Null: it is too large.</summary>
    public string? Manifest { get; init; }

    public bool IsArmed => Crik is { Count: > 0 } all && all.All(static one => one.IsArmed);

    /// <summary>Whether the kubelet saves the pod as images.</summary>
    public bool IsByImage => Engine is CheckpointEngines.Kubelet;

    /// <summary>Whether the operator makes the replacement.</summary>
    public bool IsBare => Move.OwnerUid is null;
}
