namespace Crik.Contracts.PodMigrations;

/// <summary>The reasons in the conditions of a PodMigration and its pods. They never change, because programs compare them.</summary>
public static class PodMigrationReasons
{
    /// <summary>All was done that was asked for.</summary>
    public const string Completed = "Completed";

    /// <summary>The operator works on it.</summary>
    public const string InProgress = "InProgress";

    /// <summary>It was done: the reason of conditions that are true because a step was done.</summary>
    public const string Done = "Done";

    /// <summary>The fields of the spec contradict each other, or one of them cannot be read.</summary>
    public const string BadSpec = "BadSpec";

    /// <summary>The engine that was asked for cannot move this pod.</summary>
    public const string EngineNotAvailable = "EngineNotAvailable";

    /// <summary>Nothing matches. It never means all pods.</summary>
    public const string NothingSelected = "NothingSelected";

    /// <summary>The selector matches more pods than the limit allows.</summary>
    public const string TooManySelected = "TooManySelected";

    /// <summary>Not all pods have moved; each says why.</summary>
    public const string NotAllMoved = "NotAllMoved";

    public const string PodNotFound = "PodNotFound";

    public const string PodNotRunning = "PodNotRunning";

    /// <summary>A DaemonSet or the kubelet makes the pod, so it belongs to its node.</summary>
    public const string BoundToNode = "BoundToNode";

    /// <summary>The pod belongs to something that may not make another one when it is deleted.</summary>
    public const string ControllerUnknown = "ControllerUnknown";

    /// <summary>Another PodMigration moves the pod.</summary>
    public const string AlreadyMoving = "AlreadyMoving";

    public const string AlreadyThere = "AlreadyThere";

    /// <summary>No container of the pod runs under crik, or one of them cannot make checkpoints.</summary>
    public const string CrikNotRunning = "CrikNotRunning";

    /// <summary>The webhook would not see the replacement, so nobody could bring it to the destination.</summary>
    public const string NotSeenByWebhook = "NotSeenByWebhook";

    /// <summary>The checkpoints, or another volume, cannot be used on the destination.</summary>
    public const string VolumeCannotFollow = "VolumeCannotFollow";

    /// <summary>Another pod of the node uses a volume of the pod, which can only be on one node.</summary>
    public const string VolumeInUse = "VolumeInUse";

    /// <summary>The Job would count the deletion as one failure too many.</summary>
    public const string BackoffLimit = "BackoffLimit";

    /// <summary>No node can take the pod.</summary>
    public const string NoDestination = "NoDestination";

    /// <summary>The pod is too large to be kept in the status.</summary>
    public const string PodTooLarge = "PodTooLarge";

    /// <summary>crik refuses to promise a checkpoint at SIGTERM.</summary>
    public const string ArmFailed = "ArmFailed";

    /// <summary>There is no checkpoint: the program ended without it, or the kubelet could not make it.</summary>
    public const string NotCheckpointed = "NotCheckpointed";

    /// <summary>Somebody else has made a pod of the same name.</summary>
    public const string NameTaken = "NameTaken";

    /// <summary>The replacement was deleted before it was ready.</summary>
    public const string ReplacementGone = "ReplacementGone";

    /// <summary>The controller has made the next pod from another template, so it is no replacement.</summary>
    public const string NewRevision = "NewRevision";

    /// <summary>The replacement started afresh or from an older checkpoint.</summary>
    public const string NotRestored = "NotRestored";

    /// <summary>The replacement runs on another node than the destination.</summary>
    public const string WrongNode = "WrongNode";

    public const string Timeout = "Timeout";

    /// <summary>The deadline of the object was over before the pod was begun with.</summary>
    public const string DeadlineExceeded = "DeadlineExceeded";

    /// <summary>The PodMigration was deleted.</summary>
    public const string Canceled = "Canceled";
}
