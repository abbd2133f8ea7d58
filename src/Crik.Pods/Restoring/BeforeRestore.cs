using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>
/// What a restore changes in a pod, as it was before: the images, the affinity and whether crik is wanted. The restored pod has
/// it in an annotation, so that its next checkpoint keeps the pod of the user, and not one that can only go to one node.
/// </summary>
internal static class BeforeRestore
{
    private static readonly string[] s_ofContainer = ["image", "imagePullPolicy"];

    /// <returns>The value of the annotation <see cref="PodNames.BeforeRestoreAnnotation"/>.</returns>
    /// <param name="bases">The images from which the containers were started, as far as they are known.</param>
    public static string TextOf(JsonObject pod, IReadOnlyDictionary<string, string> bases)
    {
        JsonObject containers = [];
        foreach (JsonObject container in pod.At("spec", "containers").Maps())
        {
            if (container.At("name").Text() is { } name)
            {
                JsonObject before = [];
                Copy(container, before, s_ofContainer);
                if (bases.TryGetValue(name, out string? image))
                {
                    before["imageID"] = image;
                }

                containers[name] = before;
            }
        }

        return new JsonObject
        {
            ["containers"] = containers,
            ["affinity"] = pod.At("spec", "affinity")?.DeepClone(),
            ["inject"] = pod.At("metadata", "labels", PodNames.InjectLabel)?.DeepClone(),
        }.ToJsonString();
    }

    /// <summary>Puts it back into a restored pod. A text that nobody can read changes nothing.</summary>
    public static void PutBack(JsonObject pod)
    {
        if (pod.At("metadata", "annotations", PodNames.BeforeRestoreAnnotation).Text() is not { } text
            || UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(text)) is not { } before || pod["spec"] is not JsonObject spec)
        {
            return;
        }

        foreach (JsonObject container in spec.At("containers").Maps())
        {
            if (container.At("name").Text() is { } name && before.At("containers", name) is JsonObject old)
            {
                bool isRestored = container.At("image").Text() != old.At("image").Text();
                Copy(old, container, s_ofContainer);
                foreach (JsonObject status in pod.At("status", "containerStatuses").Maps().Where(status => isRestored && status.At("name").Text() == name))
                {
                    Copy(old, status, ["imageID"]); // that of the checkpoint image is not what the program was started from
                }
            }
        }

        BaseImages.Remove(spec);

        Copy(before, spec, ["affinity"]);
        if (pod.At("metadata", "labels") is JsonObject labels)
        {
            labels.Remove(PodNames.InjectLabel);
            if (before.At("inject").Text() is { } inject)
            {
                labels[PodNames.InjectLabel] = inject;
            }
        }
    }

    /// <summary>A key that is not there is removed.</summary>
    private static void Copy(JsonObject from, JsonObject to, string[] keys)
    {
        foreach (string key in keys)
        {
            to.Remove(key);
            if (from[key] is { } value)
            {
                to[key] = value.DeepClone();
            }
        }
    }
}
