namespace Crik.Contracts.PodMigrations;

/// <summary>The types of the conditions of each pod in a PodMigration.</summary>
public static class PodMoveConditions
{
    /// <summary>True when the pod can be moved, and its destination is chosen.</summary>
    public const string Accepted = "Accepted";

    /// <summary>True when crik has promised a checkpoint at SIGTERM. Only then is the pod deleted. The engine kubelet does not have it.</summary>
    public const string Armed = "Armed";

    /// <summary>
    /// True when crik has made the checkpoint, or, with the engine kubelet, when its images are in the registry. False if the program
    /// ended without one.
    /// </summary>
    public const string Checkpointed = "Checkpointed";

    /// <summary>True when the replacement exists.</summary>
    public const string Replaced = "Replaced";

    /// <summary>True when the replacement has been restored from that checkpoint, and is ready.</summary>
    public const string Restored = "Restored";
}
