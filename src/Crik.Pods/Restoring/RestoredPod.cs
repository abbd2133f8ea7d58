using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>
/// Makes a pod that a container runtime restores from checkpoint images. It has the same volumes at the same paths, because the
/// runtime asks for every mount that the container had.
/// </summary>
public static class RestoredPod
{
    /// <summary>How large the annotation with the pod may be. All annotations of an object together have at most 256 KiB.</summary>
    public const int LongestTemplate = 200 << 10;

    /// <summary>What the API server, the scheduler and its plugins fill in. They do it again for the new pod.</summary>
    private static readonly string[] s_filledIn = ["nodeName", "ephemeralContainers", "priority", "preemptionPolicy", "serviceAccount", "schedulingGates"];

    /// <summary>Labels by which a controller, or the Service of a StatefulSet's pod, takes a pod for one of its own.</summary>
    private static readonly string[] s_ownLabels =
    [
        "pod-template-hash", "controller-revision-hash", "pod-template-generation", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
        "controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/job-completion-index",
    ];

    /// <summary>Annotations that are about the old pod only.</summary>
    private static readonly string[] s_ownAnnotations =
        ["kubectl.kubernetes.io/last-applied-configuration", "kubernetes.io/config.", "k8s.v1.cni.cncf.io/", "cni.projectcalico.org/"];

    /// <summary>What a checkpoint keeps of its pod: enough to make it again, without what only the old pod had.</summary>
    /// <param name="given">The pod as it is. It is not changed.</param>
    public static JsonObject Template(JsonObject given)
    {
        JsonObject pod = given.DeepClone().AsObject();
        BeforeRestore.PutBack(pod);
        JsonObject spec = pod.At("spec")?.DeepClone() as JsonObject ?? [];
        foreach (string key in s_filledIn)
        {
            spec.Remove(key);
        }

        RemoveTokenVolume(spec);
        JsonObject metadata = new() { ["name"] = pod.At("metadata", "name").Text() };
        foreach (string key in (string[])["labels", "annotations"])
        {
            JsonObject kept = Kept(pod.At("metadata", key), IsOwn);
            if (kept.Count > 0)
            {
                metadata[key] = kept;
            }
        }

        if (pod.At("metadata", "ownerReferences").Maps().FirstOrDefault(static owner => owner.At("controller").IsTrue()) is { } controller)
        {
            metadata["ownerReferences"] = new JsonArray(controller.DeepClone());
        }

        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    /// <summary>The value of the annotation <see cref="PodNames.SavedPodAnnotation"/> of a checkpoint.</summary>
    /// <returns>Null if the pod is too large for an annotation.</returns>
    public static string? TemplateText(JsonObject pod)
    {
        string text = Template(pod).ToJsonString();
        return Encoding.UTF8.GetByteCount(text) <= LongestTemplate ? text : null;
    }

    /// <param name="template">What <see cref="Template"/> has made.</param>
    /// <param name="images">The checkpoint images, by container. The other containers start from their own image.</param>
    /// <param name="nodes">The nodes among which the scheduler may choose. None means all.</param>
    /// <param name="checkpoint">The name of the PodCheckpoint or the image, for whoever looks at the pod. Null for a pod that starts afresh.</param>
    public static JsonObject Make(JsonObject template, string name, IReadOnlyDictionary<string, string> images, IReadOnlyList<string> nodes, string? checkpoint)
    {
        JsonObject labels = LabelsOf(template);
        JsonObject annotations = template.At("metadata", "annotations")?.DeepClone() as JsonObject ?? [];
        if (checkpoint is not null)
        {
            annotations[PodNames.BeforeRestoreAnnotation] = BeforeRestore.TextOf(template);
            labels[PodNames.InjectLabel] = "false"; // the container runtime restores the program, and crik would start another one
            annotations[PodNames.RestoredFromAnnotation] = checkpoint;
        }

        JsonObject pod = new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels, ["annotations"] = annotations },
            ["spec"] = template.At("spec")?.DeepClone() ?? new JsonObject(),
        };
        foreach (JsonObject container in pod.At("spec", "containers").Maps())
        {
            if (container.At("name").Text() is { } own && images.TryGetValue(own, out string? image))
            {
                container["image"] = image;
                container["imagePullPolicy"] = "IfNotPresent"; // the image has a digest, so it is the same one everywhere
            }
        }

        if (nodes.Count > 0)
        {
            NodeChoice.Restrict(pod["spec"]!.AsObject(), nodes);
        }

        return pod;
    }

    /// <summary>What has to change in a new pod that its controller makes.</summary>
    /// <inheritdoc cref="Make"/>
    public static IReadOnlyList<PodChange> Changes(
        JsonObject pod, IReadOnlyDictionary<string, string> images, IReadOnlyList<string> nodes, string checkpoint)
    {
        List<PodChange> changes = [];
        JsonArray containers = pod.At("spec", "containers") as JsonArray ?? [];
        for (int i = 0; i < containers.Count; i++)
        {
            if (containers[i].At("name").Text() is { } name && images.TryGetValue(name, out string? image))
            {
                changes.Add(new PodChange($"/spec/containers/{i}/image", ChangeKind.Add, image, "The container runtime restores this image."));
                changes.Add(new PodChange($"/spec/containers/{i}/imagePullPolicy", ChangeKind.Add, "IfNotPresent", "The image has a digest."));
            }
        }

        if (nodes.Count > 0 && pod.At("spec", "nodeName") is null)
        {
            JsonObject spec = new() { ["affinity"] = pod.At("spec", "affinity")?.DeepClone() };
            NodeChoice.Restrict(spec, nodes);
            changes.Add(new PodChange("/spec/affinity", ChangeKind.Add, spec["affinity"]!.DeepClone(), "Only these nodes can restore it."));
        }

        changes.Add(new PodChange(
            JsonPatch.Annotation(PodNames.RestoredFromAnnotation), ChangeKind.Add, checkpoint, "The annotation says where it comes from."));
        changes.Add(new PodChange(
            JsonPatch.Annotation(PodNames.BeforeRestoreAnnotation), ChangeKind.Add, BeforeRestore.TextOf(pod), "The next checkpoint keeps the pod as it was."));
        return changes;
    }

    /// <summary>A ReplicaSet of a Deployment looks for its hash. The other controllers look for labels of the user, so none is kept.</summary>
    private static JsonObject LabelsOf(JsonObject template)
    {
        JsonNode? metadata = template.At("metadata");
        return metadata.At("ownerReferences").Maps().FirstOrDefault() is not { } owner || owner.At("kind").Text() is "StatefulSet" or "Job"
            || metadata.At("labels", "pod-template-hash") is not null
            ? Kept(metadata.At("labels"), static key => s_ownLabels.Contains(key))
            : [];
    }

    private static JsonObject Kept(JsonNode? texts, Predicate<string> isLeftOut)
    {
        JsonObject kept = [];
        foreach ((string key, string text) in texts.TextMap())
        {
            if (!isLeftOut(key))
            {
                kept[key] = text;
            }
        }

        return kept;
    }

    /// <summary>The API server adds this volume and its mounts to every pod, with another name each time.</summary>
    private static void RemoveTokenVolume(JsonObject spec)
    {
        HashSet<string> names = [.. Names("volumes").Where(static name => name.StartsWith("kube-api-access-", StringComparison.Ordinal))];
        Remove(spec["volumes"] as JsonArray);
        foreach (JsonObject container in spec.At("containers").Maps().Concat(spec.At("initContainers").Maps()))
        {
            Remove(container["volumeMounts"] as JsonArray);
        }

        IEnumerable<string> Names(string list) => spec.At(list).Maps().Select(static item => item.At("name").Text()).OfType<string>();

        void Remove(JsonArray? items)
        {
            foreach (JsonObject item in items.Maps().Where(item => names.Contains(item.At("name").Text() ?? "")).ToArray())
            {
                items!.Remove(item);
            }
        }
    }

    private static bool IsOwn(string key) =>
        s_ownAnnotations.Any(own => key.StartsWith(own, StringComparison.Ordinal))
        || key is PodNames.RestoreAnnotation or PodNames.RestoreFallbackAnnotation or PodNames.RestoredFromAnnotation or PodNames.BeforeRestoreAnnotation
            or PodNames.SkippedAnnotation or PodNames.InjectedAnnotation or PodNames.ClaimRequestAnnotation;
}
