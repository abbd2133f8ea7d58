namespace Crik.Contracts.PodCheckpoints;

/// <summary>The reasons in the conditions of a PodCheckpoint. They never change, because programs compare them.</summary>
public static class PodCheckpointReasons
{
    /// <summary>All was done that was asked for.</summary>
    public const string Completed = "Completed";

    /// <summary>An agent works on it.</summary>
    public const string InProgress = "InProgress";

    /// <summary>It was done: the reason of the conditions Saved, Pushed and PodDeleted.</summary>
    public const string Done = "Done";

    /// <summary>There is no such pod, or it is no longer the one that was to be saved.</summary>
    public const string PodNotFound = "PodNotFound";

    /// <summary>The pod or one of its containers does not run.</summary>
    public const string PodNotRunning = "PodNotRunning";

    public const string ContainerNotFound = "ContainerNotFound";

    /// <summary>The fields of the spec contradict each other, or one of them cannot be read.</summary>
    public const string BadSpec = "BadSpec";

    /// <summary>Neither the object nor the agent names a repository.</summary>
    public const string NoRepository = "NoRepository";

    /// <summary>The engine crik was asked for, and crik does not run in the container.</summary>
    public const string CrikNotRunning = "CrikNotRunning";

    /// <summary>The API server did not let the agent ask for crik in the pod, so the engine could not be chosen.</summary>
    public const string CrikNotAsked = "CrikNotAsked";

    /// <summary>crik did not make a checkpoint.</summary>
    public const string CrikFailed = "CrikFailed";

    /// <summary>The kubelet or the container runtime cannot make a checkpoint of this container.</summary>
    public const string KubeletCannotCheckpoint = "KubeletCannotCheckpoint";

    /// <summary>The file system of the kubelet's checkpoints has too little space.</summary>
    public const string DiskFull = "DiskFull";

    /// <summary>The archive cannot be read to its end, or is none.</summary>
    public const string BadArchive = "BadArchive";

    /// <summary>The archive is that of another pod or container.</summary>
    public const string NotThisPod = "NotThisPod";

    /// <summary>The archive is no longer on the node.</summary>
    public const string ArchiveLost = "ArchiveLost";

    /// <summary>Saving took longer than the time limit.</summary>
    public const string Timeout = "Timeout";

    /// <summary>The Secret with the certificate for encryption cannot be used.</summary>
    public const string BadEncryptionSecret = "BadEncryptionSecret";

    /// <summary>The image is not in the registry yet. Pushing is tried again until the time limit of the agent.</summary>
    public const string PushFailed = "PushFailed";

    /// <summary>The API server or a webhook refuses the deletion of the pod. It is tried again, and the push goes on beside it.</summary>
    public const string PodNotDeleted = "PodNotDeleted";

    /// <summary>The cluster's definition of PodCheckpoints is older than the agent.</summary>
    public const string OldDefinition = "OldDefinition";

    /// <summary>The node of the pod no longer exists.</summary>
    public const string NodeGone = "NodeGone";
}
