using System.Text.Json.Nodes;
using Crik.Pods.Drafting;
using Crik.Pods.Reading;
using Crik.Registry;

namespace Crik.Pods.Planning;

/// <summary>
/// Lets a program that does not run as root write to a new claim. The root of a new file system belongs to root, and only
/// `fsGroup` changes that. It changes the other volumes of the pod too, so a pod with data of its own stays as it is.
/// </summary>
internal static class VolumeGroup
{
    /// <summary>Any group will do: the kubelet gives it to the volume and to all processes of the pod.</summary>
    private const int Group = 65532;

    private const string Why = "The program does not run as root, and could not write checkpoints into a new volume otherwise.";

    public static void Set(PodDraft draft, JsonObject pod, IEnumerable<TargetContainer> chosen, IReadOnlyDictionary<string, ImageConfiguration> images)
    {
        JsonNode? context = pod.At("spec", "securityContext");
        if (context.At("fsGroup") is null && chosen.Any(container => IsOther(context, container, images.GetValueOrDefault(container.Name)))
            && pod.At("spec", "volumes").Maps().All(IsUnaffected))
        {
            draft.Set(PodPath.Root, ["spec", "securityContext", "fsGroup"], Group, Why);
            if (context.At("fsGroupChangePolicy") is null)
            {
                draft.Set(PodPath.Root, ["spec", "securityContext", "fsGroupChangePolicy"], "OnRootMismatch", "The kubelet looks at all checkpoints at each start otherwise.");
            }
        }
    }

    /// <summary>Whether it is known that the container does not run as root.</summary>
    private static bool IsOther(JsonNode? ofPod, TargetContainer container, ImageConfiguration? image)
    {
        JsonNode? own = container.Json.At("securityContext");
        return (own.At("runAsUser") ?? ofPod.At("runAsUser")).Number() is { } user ? user > 0
            : (own.At("runAsNonRoot") ?? ofPod.At("runAsNonRoot")).IsTrue() || image?.User?.Split(':')[0] is not (null or "" or "0" or "root");
    }

    /// <summary>Whether a group changes nothing that matters: the volume is empty at each start, or nobody can write to it.</summary>
    private static bool IsUnaffected(JsonObject volume) =>
        volume.At("emptyDir") is not null || volume.At("configMap") is not null || volume.At("downwardAPI") is not null || volume.At("image") is not null || IsOfApi(volume);

    /// <summary>The volume with the token, which the API server adds to most pods. A group may read it then.</summary>
    private static bool IsOfApi(JsonObject volume) => volume.At("projected", "sources").Maps().All(source => source.At("secret") is null) && volume.At("projected") is not null;
}
