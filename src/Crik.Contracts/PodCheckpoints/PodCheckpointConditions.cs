namespace Crik.Contracts.PodCheckpoints;

/// <summary>The types of the conditions of a PodCheckpoint.</summary>
public static class PodCheckpointConditions
{
    /// <summary>True when all was done that was asked for.</summary>
    public const string Ready = "Ready";

    /// <summary>True while an agent works on it. Otherwise it is not there, as kstatus wants it.</summary>
    public const string Reconciling = "Reconciling";

    /// <summary>True when it has failed for good. Otherwise it is not there.</summary>
    public const string Stalled = "Stalled";

    /// <summary>True when every container has a checkpoint that is complete.</summary>
    public const string Saved = "Saved";

    /// <summary>True when every checkpoint of the engine kubelet is in the registry.</summary>
    public const string Pushed = "Pushed";

    /// <summary>True when the pod was deleted, because deletePod asked for it.</summary>
    public const string PodDeleted = "PodDeleted";
}
