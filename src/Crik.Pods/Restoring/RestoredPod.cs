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

    /// <summary>Annotations of others that are about the old pod only.</summary>
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

        TokenVolume.Remove(spec);
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

        JsonObject template = new() { ["metadata"] = metadata, ["spec"] = spec };
        if (BaseImages.Status(BaseImages.Of(pod)) is { } status)
        {
            template["status"] = status;
        }

        return template;
    }

    /// <summary>The value of the annotation <see cref="PodNames.SavedPodAnnotation"/> of a checkpoint.</summary>
    /// <returns>Null if the pod is too large for an annotation.</returns>
    public static string? TemplateText(JsonObject pod)
    {
        string text = Template(pod).ToJsonString();
        return Encoding.UTF8.GetByteCount(text) <= LongestTemplate ? text : null;
    }

    /// <summary>A new pod that continues from a checkpoint.</summary>
    /// <param name="template">What <see cref="Template"/> has made.</param>
    public static JsonObject Make(JsonObject template, string name, RestoreParts parts)
    {
        JsonObject pod = MakeFresh(template, name, []);
        JsonObject restored = JsonPatch.Apply(pod, RestoreChanges.Of(pod, parts));
        restored["metadata"]!["labels"]![PodNames.InjectLabel] = "false"; // the container runtime restores the program, and crik would start another one
        return restored;
    }

    /// <summary>A new pod whose programs start from their own images.</summary>
    /// <param name="template">What <see cref="Template"/> has made.</param>
    /// <param name="nodes">The nodes among which the scheduler may choose. None means all.</param>
    public static JsonObject MakeFresh(JsonObject template, string name, IReadOnlyList<NodeFacts> nodes)
    {
        JsonObject spec = WithoutNode(template).At("spec")?.DeepClone() as JsonObject ?? [];
        if (nodes.Count > 0)
        {
            NodeChoice.Restrict(spec, nodes);
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = LabelsOf(template),
                ["annotations"] = template.At("metadata", "annotations")?.DeepClone() as JsonObject ?? [],
            },
            ["spec"] = spec,
        };
    }

    /// <summary>A copy that is no longer bound to one node by its name, as the pods of a DaemonSet are.</summary>
    public static JsonObject WithoutNode(JsonObject template)
    {
        JsonObject copy = template.DeepClone().AsObject();
        if (copy["spec"] is JsonObject spec)
        {
            NodeChoice.Forget(spec);
        }

        return copy;
    }

    /// <summary>A copy of a pod as its user wants it: without what an earlier restore has changed in it.</summary>
    public static JsonObject WithoutRestore(JsonObject given)
    {
        JsonObject pod = given.DeepClone().AsObject();
        BeforeRestore.PutBack(pod);
        if (pod.At("metadata", "annotations") is JsonObject annotations)
        {
            annotations.Remove(PodNames.BeforeRestoreAnnotation);
            annotations.Remove(PodNames.RestoredFromAnnotation);
        }

        return pod;
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

    private static bool IsOwn(string key) =>
        s_ownAnnotations.Any(own => key.StartsWith(own, StringComparison.Ordinal)) || PodNames.OfOnePod.Contains(key);
}
