using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>
/// The images from which the containers were started. CRI-O looks for them by their ID when it restores a checkpoint (1.37, server/
/// container_restore.go), and does not pull them. So a restored pod has them as volumes, which no container mounts: the kubelet pulls
/// the images of all volumes before it starts a container (getImageVolumes in kuberuntime_manager.go).
/// </summary>
public static class BaseImages
{
    private const string VolumePrefix = "crik-base-";
    private const string Why = "CRI-O restores a container only on a node that has the image from which it was started.";

    /// <summary>The images of a pod with their digests, by container, as the kubelet has found them.</summary>
    /// <param name="pod">A pod, or a template of <see cref="RestoredPod.Template"/>.</param>
    public static IReadOnlyDictionary<string, string> Of(JsonNode? pod)
    {
        Dictionary<string, string> images = new(StringComparer.Ordinal);
        foreach (JsonObject status in pod.At("status", "containerStatuses").Maps())
        {
            if (status.At("name").Text() is { } name && Pinned(status.At("imageID").Text()) is { } image)
            {
                images[name] = image;
            }
        }

        return images;
    }

    /// <summary>The part of a pod's status that <see cref="Of"/> reads, or null.</summary>
    internal static JsonObject? Status(IReadOnlyDictionary<string, string> images) => images.Count == 0 ? null : new JsonObject
    {
        ["containerStatuses"] = new JsonArray([.. images.Select(static image => new JsonObject { ["name"] = image.Key, ["imageID"] = image.Value })]),
    };

    /// <summary>What makes the kubelet pull the images before it starts the containers.</summary>
    internal static IEnumerable<PodChange> Changes(JsonObject pod, IEnumerable<string> images)
    {
        JsonNode[] volumes = [.. images.Distinct().Select(static (image, i) => new JsonObject
        {
            ["name"] = $"{VolumePrefix}{i}",
            ["image"] = new JsonObject { ["reference"] = image, ["pullPolicy"] = "IfNotPresent" },
        })];
        return volumes.Length == 0 ? []
            : pod.At("spec", "volumes") is JsonArray
                ? volumes.Select(static volume => new PodChange("/spec/volumes/-", ChangeKind.Add, volume, Why))
            : [new PodChange("/spec/volumes", ChangeKind.Add, new JsonArray(volumes), Why)];
    }

    /// <summary>Removes what was added for an earlier restore.</summary>
    internal static void Remove(JsonObject spec)
    {
        if (spec["volumes"] is JsonArray volumes
            && volumes.RemoveAll(static item => item.At("name").Text()?.StartsWith(VolumePrefix, StringComparison.Ordinal) is true) > 0
            && volumes.Count == 0)
        {
            spec.Remove("volumes");
        }
    }

    /// <summary>Only with a digest it is the image from which the container was started. Old kubelets put a scheme before it.</summary>
    private static string? Pinned(string? id)
    {
        string? image = id?.Split("://")[^1];
        return image?.IndexOf("@sha256:", StringComparison.Ordinal) > 0 ? image : null;
    }
}
