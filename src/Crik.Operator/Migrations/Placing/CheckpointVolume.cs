using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>Says whether the checkpoints of a container are on a volume that another node can have. It is pure.</summary>
internal static class CheckpointVolume
{
    /// <param name="directory">Where crik keeps the checkpoints, in the container.</param>
    /// <returns>Null if nothing is in the way.</returns>
    public static Place.Refused? Obstacle(JsonObject pod, string container, string directory)
    {
        JsonObject? volume = Find(pod, container, directory);
        string? local = volume is null ? "no volume, so they end with the container"
            : volume.ContainsKey("emptyDir") ? $"the emptyDir {volume.At("name").Text()}, which ends with the pod"
            : volume.ContainsKey("ephemeral") ? $"the ephemeral volume {volume.At("name").Text()}, which ends with the pod"
            : volume.ContainsKey("hostPath") ? $"the hostPath {volume.At("name").Text()}, which stays on its node"
            : null;
        return local is null ? null : new Place.Refused(
            PodMigrationReasons.VolumeCannotFollow, $"The checkpoints of the container {container} are in {directory}, which is on {local}. Use a PersistentVolumeClaim.");
    }

    /// <returns>The name of the claim on which the checkpoints of a container are, or null.</returns>
    public static string? Claim(JsonObject pod, string container, string directory) =>
        Find(pod, container, directory).At("persistentVolumeClaim", "claimName").Text();

    /// <summary>The names of the claims that the pod uses.</summary>
    public static IEnumerable<string> Claims(JsonObject pod) =>
        pod.At("spec", "volumes").Maps().Select(static volume => volume.At("persistentVolumeClaim", "claimName").Text()).OfType<string>();

    private static JsonObject? Find(JsonObject pod, string container, string directory)
    {
        JsonObject? mount = pod.At("spec", "containers").Maps().FirstOrDefault(one => one.At("name").Text() == container).At("volumeMounts").Maps()
            .Where(one => one.At("mountPath").Text() is { } path && IsBelow(directory, path)).MaxBy(static one => one.At("mountPath").Text()!.Length);
        return mount is null ? null : pod.At("spec", "volumes").Maps().FirstOrDefault(one => one.At("name").Text() == mount.At("name").Text());
    }

    private static bool IsBelow(string directory, string mount) => directory == mount || directory.StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal);
}
