using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>What has to change in a pod so that a container runtime restores it. It is pure.</summary>
public static class RestoreChanges
{
    /// <summary>
    /// What has to change in a pod that will continue from a checkpoint whose images are not known yet. Of a pod that exists, only
    /// the images can be changed later.
    /// </summary>
    /// <param name="containers">The containers that will be restored.</param>
    /// <param name="baseImages">The images that the kubelet has to pull for the runtime.</param>
    public static IReadOnlyList<PodChange> BeforeImages(JsonObject pod, IReadOnlyCollection<string> containers, IEnumerable<string> baseImages) =>
    [
        .. pod.At("spec", "containers").Maps().Select(static (container, i) => (Name: container.At("name").Text(), Index: i))
            .Where(one => one.Name is { } name && containers.Contains(name))
            .Select(static one => new PodChange($"/spec/containers/{one.Index}/imagePullPolicy", ChangeKind.Add, "IfNotPresent", "The image never changes.")),
        .. BaseImages.Changes(pod, baseImages),
    ];

    /// <summary>What has to change in a pod so that it continues from a checkpoint.</summary>
    /// <param name="pod">It has annotations.</param>
    public static IReadOnlyList<PodChange> Of(JsonObject pod, RestoreParts parts)
    {
        List<PodChange> changes =
        [
            new(JsonPatch.Annotation(PodNames.BeforeRestoreAnnotation), ChangeKind.Add, BeforeRestore.TextOf(pod, parts.BaseImages), "The next checkpoint keeps the pod as it was."),
            new(JsonPatch.Annotation(PodNames.RestoredFromAnnotation), ChangeKind.Add, parts.Checkpoint, "The annotation says where it comes from."),
        ];
        JsonArray containers = pod.At("spec", "containers") as JsonArray ?? [];
        for (int i = 0; i < containers.Count; i++)
        {
            if (containers[i].At("name").Text() is { } name && parts.Images.TryGetValue(name, out string? image))
            {
                changes.Add(new PodChange($"/spec/containers/{i}/image", ChangeKind.Add, image, "The container runtime restores this image."));
            }
        }

        changes.AddRange(BeforeImages(pod, [.. parts.Images.Keys], parts is { NeedsBaseImages: true, HasImageVolumes: true }
            ? parts.BaseImages.Where(image => parts.Images.ContainsKey(image.Key)).Select(static image => image.Value) : []));

        if (parts.Nodes.Count > 0 && pod.At("spec", "nodeName") is null)
        {
            JsonObject spec = new() { ["affinity"] = pod.At("spec", "affinity")?.DeepClone() };
            NodeChoice.Restrict(spec, parts.Nodes);
            changes.Add(new PodChange("/spec/affinity", ChangeKind.Add, spec["affinity"]!.DeepClone(), "Only these nodes can restore it."));
        }

        return changes;
    }
}
