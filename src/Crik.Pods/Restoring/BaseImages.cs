using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>
/// The images from which the containers were started. CRI-O looks for them by their ID when it restores a checkpoint (1.37, server/
/// container_restore.go), and does not pull them. So a restored pod mounts them into an init container, which makes the kubelet pull
/// them first. A restored container cannot mount them itself, because it has the mounts of its checkpoint.
/// </summary>
public static class BaseImages
{
    private const string Name = "crik-base-image";
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
    /// <param name="bundle">An image with crik: any image can be mounted, but not every one has a program that can be started.</param>
    internal static IEnumerable<PodChange> Changes(JsonObject pod, IEnumerable<string> images, string bundle)
    {
        string[] all = [.. images.Distinct()];
        if (all.Length == 0)
        {
            return [];
        }

        JsonNode[] volumes = [.. all.Select(static (image, i) => new JsonObject
        {
            ["name"] = $"{VolumePrefix}{i}",
            ["image"] = new JsonObject { ["reference"] = image, ["pullPolicy"] = "IfNotPresent" },
        })];
        return [.. Added(pod, "volumes", volumes), .. Added(pod, "initContainers", [Container(all.Length, bundle)])];
    }

    /// <summary>Removes what was added for an earlier restore.</summary>
    internal static void Remove(JsonObject spec)
    {
        Remove("volumes", static name => name.StartsWith(VolumePrefix, StringComparison.Ordinal));
        Remove("initContainers", static name => name == Name);

        void Remove(string list, Predicate<string> isOurs)
        {
            if (spec[list] is not JsonArray items || items.RemoveAll(item => item.At("name").Text() is { } name && isOurs(name)) == 0)
            {
                return;
            }

            if (items.Count == 0)
            {
                spec.Remove(list);
            }
        }
    }

    private static IEnumerable<PodChange> Added(JsonObject pod, string list, JsonNode[] items) => pod.At("spec", list) is JsonArray
        ? items.Select(item => new PodChange($"/spec/{list}/-", ChangeKind.Add, item, Why))
        : [new PodChange($"/spec/{list}", ChangeKind.Add, new JsonArray(items), Why)];

    /// <summary>It ends at once, and every Pod Security level allows it.</summary>
    private static JsonObject Container(int images, string bundle) => new()
    {
        ["name"] = Name,
        ["image"] = bundle,
        ["imagePullPolicy"] = "IfNotPresent",
        ["command"] = new JsonArray(PodNames.CrikProgram, "--version"),
        ["resources"] = new JsonObject { ["requests"] = Resources(), ["limits"] = Resources() },
        ["securityContext"] = new JsonObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            ["runAsNonRoot"] = true,
            ["runAsUser"] = 65532,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        },
        ["volumeMounts"] = new JsonArray([.. Enumerable.Range(0, images).Select(static i => new JsonObject
        {
            ["name"] = $"{VolumePrefix}{i}",
            ["mountPath"] = $"/{VolumePrefix}{i}",
            ["readOnly"] = true,
        })]),
    };

    private static JsonObject Resources() => new() { ["cpu"] = "100m", ["memory"] = "64Mi" };

    /// <summary>Only with a digest it is the image from which the container was started. Old kubelets put a scheme before it.</summary>
    private static string? Pinned(string? id)
    {
        string? image = id?.Split("://")[^1];
        return image?.IndexOf("@sha256:", StringComparison.Ordinal) > 0 ? image : null;
    }
}
