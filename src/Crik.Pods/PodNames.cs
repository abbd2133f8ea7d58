using Crik.Contracts.PodMigrations;

namespace Crik.Pods;

/// <summary>The names that injection gives to what it adds, and the labels and annotations that it reads and writes.</summary>
public static class PodNames
{
    /// <summary>The label, of a pod or a namespace, that asks for injection. `false` on the pod wins.</summary>
    public const string InjectLabel = "crik.dev/inject";

    /// <summary>The annotation of an injected pod: what injection did, so that it can be undone.</summary>
    public const string InjectedAnnotation = "crik.dev/injected";

    /// <summary>The annotation of a pod that was not injected: the reason, a colon, and a sentence.</summary>
    public const string SkippedAnnotation = "crik.dev/skipped";

    /// <summary>The annotation of an injected pod that names a claim which does not exist yet: what the operator creates.</summary>
    public const string ClaimRequestAnnotation = "crik.dev/claim-request";

    /// <summary>The volume with the bundle. `crik` is what people call the volume with crik's configuration.</summary>
    public const string BundleVolume = "crik-bundle";

    /// <summary>The init container that copies the bundle.</summary>
    public const string BundleContainer = "crik-bundle";

    /// <summary>Where the bundle is in every container. Its loader path is absolute.</summary>
    public const string BundleDirectory = "/opt/crik";

    /// <summary>Where the init container of the bundle writes to.</summary>
    public const string BundleCopyDirectory = "/crik-bundle";

    /// <summary>The volume with the checkpoints, and the name of a volumeClaimTemplate for it.</summary>
    public const string CheckpointsVolume = "checkpoints";

    public const string CheckpointsDirectory = "/checkpoints";

    /// <summary>crik in the bundle.</summary>
    public const string CrikProgram = "/opt/crik/bin/crik";

    /// <summary>Where a container can have crik: the bundle, or else its image.</summary>
    public static IReadOnlyList<string> CrikPrograms { get; } = [CrikProgram, "crik"];

    /// <summary>The annotation of a pod template that asks for a restore: the name of a PodCheckpoint, or <see cref="LatestCheckpoint"/>.</summary>
    public const string RestoreAnnotation = "crik.dev/restore";

    /// <summary>Asks for the newest complete checkpoint of a pod with the same name or the same controller.</summary>
    public const string LatestCheckpoint = "latest";

    /// <summary>The annotation that says what happens if it cannot be restored: `fail`, `previous` or `fresh`.</summary>
    public const string RestoreFallbackAnnotation = "crik.dev/restore-fallback";

    /// <summary>The annotation of a restored pod: the PodCheckpoint or the image that it comes from.</summary>
    public const string RestoredFromAnnotation = "crik.dev/restored-from";

    /// <summary>The annotation of a pod that asks for a restore and starts afresh: the reason.</summary>
    public const string NotRestoredAnnotation = "crik.dev/not-restored";

    /// <summary>The annotation of a restored pod with what the restore has changed in it, as it was before.</summary>
    public const string BeforeRestoreAnnotation = "crik.dev/before-restore";

    /// <summary>The annotation of a PodCheckpoint with the pod as it was, so that it can be made again.</summary>
    public const string SavedPodAnnotation = "crik.dev/pod";

    /// <summary>Annotations and labels that are about one pod only. They ask for no injection, and a pod that is made from it has none of them.</summary>
    public static IReadOnlyList<string> OfOnePod { get; } =
    [
        SkippedAnnotation, ClaimRequestAnnotation, RestoreAnnotation, RestoreFallbackAnnotation, RestoredFromAnnotation, NotRestoredAnnotation,
        BeforeRestoreAnnotation, PodMigrationNames.MigrationAnnotation, PodMigrationNames.DestinationAnnotation,
        PodMigrationNames.ReplacesAnnotation, PodMigrationNames.HeldLabel,
    ];
}
