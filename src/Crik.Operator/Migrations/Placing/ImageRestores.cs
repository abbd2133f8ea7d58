using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Placing;

/// <summary>Says whether a pod that the kubelet saves can go on elsewhere. Its program ends before anybody has tried it. It is pure.</summary>
internal static class ImageRestores
{
    /// <summary>Volumes whose files stay behind: they end with the pod, or belong to the node.</summary>
    private static readonly string[] s_local = ["emptyDir", "ephemeral", "hostPath", "csi"];

    /// <summary>A checkpoint image has the files of the container, and none of its volumes.</summary>
    /// <returns>Null if nothing is in the way.</returns>
    public static Place.Refused? Obstacle(JsonObject pod) =>
        pod.At("spec", "volumes").Maps().FirstOrDefault(static volume => s_local.Any(volume.ContainsKey)) is { } local
            ? new Place.Refused(PodMigrationReasons.VolumeCannotFollow,
                $"The volume {local.At("name").Text()} ({s_local.First(local.ContainsKey)}) does not follow the pod, and a checkpoint by the kubelet does not have its files. "
                + "Use a PersistentVolumeClaim, or inject crik.")
            : null;

    /// <param name="image">Null: no image is restored.</param>
    /// <returns>Null if the runtime of the node restores images of this origin.</returns>
    public static Place.Refused? Obstacle(CheckpointOrigin? image, MigrationNode node) =>
        image is null ? null
        : RestoreRules.Find(image, node.Facts).FirstOrDefault(static one => one.Severity is Severity.Problem) is { } problem
            ? No($"The node {node.Name} cannot restore it. {problem.Sentence}")
        : NeedBaseImages(image) && !ImageVolumes.AreSupported(node.Facts.Kubelet, node.Facts.Runtime)
            ? No($"The runtime of the node {node.Name} does not pull the image from which a container was started, and before Kubernetes 1.35 nobody else can be made to.")
        : node.Labels.GetValueOrDefault(PodMigrationNames.RestoringNodeLabel) is "true" ? null
        : ContainerRuntime.Parse(node.Facts.Runtime) is { Version: not null } runtime && !RestoreRules.IsOffByDefault(runtime) ? null
        : No($"Nobody knows whether the container runtime of the node {node.Name} ({node.Facts.Runtime}) restores checkpoints: it does not by default. "
            + $"If it is configured to, say so: kubectl label node {node.Name} {PodMigrationNames.RestoringNodeLabel}=true.");

    /// <summary>Whether the runtime looks for the image from which a container was started, and does not pull it.</summary>
    public static bool NeedBaseImages(CheckpointOrigin? image) => image?.Runtime?.Name is ContainerRuntime.CriO;

    /// <param name="bases">The images from which the containers were started, by container, as far as they are known.</param>
    /// <returns>Null if all of them are known.</returns>
    public static Place.Refused? Unknown(IReadOnlyList<string> containers, IReadOnlyDictionary<string, string> bases) =>
        containers.FirstOrDefault(name => !bases.ContainsKey(name)) is { } unknown
            ? No($"CRI-O restores the container {unknown} only with the image from which it was started, and nobody knows the digest of that.") : null;

    private static Place.Refused No(string message) => new(PodMigrationReasons.NoDestination, message);
}
