namespace Crik.Contracts.PodMigrations;

/// <summary>Names of migrations on pods and PodMigrations.</summary>
public static class PodMigrationNames
{
    /// <summary>Keeps a PodMigration until what it has begun is finished or undone.</summary>
    public const string Finalizer = "crik.dev/migration";

    /// <summary>The annotation of a replacement: the UID of its PodMigration.</summary>
    public const string MigrationAnnotation = "crik.dev/migration";

    /// <summary>The annotation of a replacement that may only run on one node: its name.</summary>
    public const string DestinationAnnotation = "crik.dev/migration-destination";

    /// <summary>The annotation of a replacement: the UID of the pod that it replaces. A pod that is held back has none.</summary>
    public const string ReplacesAnnotation = "crik.dev/migration-replaces";

    /// <summary>The scheduling gate of a pod that may or may not be the replacement.</summary>
    public const string Gate = "crik.dev/migration";

    /// <summary>The label of a PodCheckpoint that was made for a migration: the UID of the PodMigration.</summary>
    public const string CheckpointLabel = "crik.dev/migration";

    /// <summary>
    /// The label, with the value `true`, of a Node whose container runtime is configured to restore checkpoint images although it does
    /// not do that by default. Nobody can ask the runtime for it.
    /// </summary>
    public const string RestoringNodeLabel = "crik.dev/restores-checkpoints";

    /// <summary>The label of a pod that has the gate, so that the operator finds those that nobody needs any more.</summary>
    public const string HeldLabel = "crik.dev/held-for-migration";
}
