using System.Text;
using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Work;

/// <summary>Keeps a pod without a controller, and makes it again on another node. It is pure.</summary>
internal static class PodManifest
{
    /// <summary>An object has at most 1.5 MiB in etcd, and one PodMigration may move several pods.</summary>
    private const int Longest = 128 << 10;

    /// <summary>What the API server and the scheduler fill in. They do it again for the new pod.</summary>
    private static readonly string[] s_filledIn = ["nodeName", "ephemeralContainers", "priority", "preemptionPolicy", "serviceAccount", "schedulingGates"];

    /// <summary>A copy of a pod without what an earlier move has added, so that it can move again.</summary>
    public static JsonObject WithoutPin(JsonObject moved)
    {
        JsonObject pod = RestoredPod.WithoutRestore(moved);
        if (pod.At("metadata", "annotations") is JsonObject annotations)
        {
            if (annotations.At(PodMigrationNames.DestinationAnnotation).Text() is { } node && pod["spec"] is JsonObject spec)
            {
                NodeChoice.Forget(spec, node);
            }

            annotations.Remove(PodMigrationNames.MigrationAnnotation);
            annotations.Remove(PodMigrationNames.ReplacesAnnotation);
            annotations.Remove(PodMigrationNames.DestinationAnnotation);
        }

        return pod;
    }

    /// <returns>Null if the pod is too large.</returns>
    public static string? Of(JsonObject pod)
    {
        JsonObject metadata = [], spec = pod.At("spec")!.DeepClone().AsObject();
        foreach (string key in (string[])["name", "namespace", "labels", "annotations", "ownerReferences", "finalizers"])
        {
            if (pod.At("metadata", key) is { } value)
            {
                metadata[key] = value.DeepClone();
            }
        }

        foreach (string key in s_filledIn)
        {
            spec.Remove(key);
        }

        string text = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = spec }.ToJsonString();
        return Encoding.UTF8.GetByteCount(text) <= Longest ? text : null;
    }

    /// <param name="move">It has what <see cref="Of"/> has made.</param>
    public static JsonObject Make(PodMove move, ReplacementMark mark)
    {
        JsonObject pod = JsonNode.Parse(move.Manifest!)!.AsObject();
        if (mark.Node is not null && PartsOf(move) is { } parts)
        {
            pod["metadata"]!["annotations"] ??= new JsonObject();
            pod = JsonPatch.Apply(pod, RestoreChanges.Of(pod, parts));
            pod = JsonPatch.Apply(pod, Preparation(pod, move));
        }

        Pin(pod, mark);
        return pod;
    }

    /// <summary>What has to be in a pod from the beginning so that it can be restored from images which are not there yet.</summary>
    public static IReadOnlyList<PodChange> Preparation(JsonObject pod, PodMove move) => RestoreChanges.BeforeImages(
        pod, [.. (move.Containers ?? []).Select(static one => one.Name!)], (move.Containers ?? []).Select(static one => one.BaseImage).OfType<string>());

    /// <summary>Marks a pod as the replacement, and lets it run on this node only.</summary>
    public static void Pin(JsonObject pod, ReplacementMark mark)
    {
        JsonObject annotations = pod.At("metadata", "annotations") as JsonObject ?? [];
        annotations[PodMigrationNames.MigrationAnnotation] = mark.Migration;
        annotations[PodMigrationNames.ReplacesAnnotation] = mark.Replaces;
        annotations.Remove(PodMigrationNames.DestinationAnnotation);
        if (mark.Node is { } node)
        {
            annotations[PodMigrationNames.DestinationAnnotation] = node;
            NodeChoice.Restrict(pod["spec"]!.AsObject(), node);
        }

        if (annotations.Parent is null)
        {
            pod["metadata"]!["annotations"] = annotations;
        }
    }

    /// <summary>The images of a move, or null if it has none.</summary>
    private static RestoreParts? PartsOf(PodMove? move) =>
        move?.Checkpoint is { } checkpoint && (move.Containers ?? []).Any(static one => one.Image is not null)
            ? new RestoreParts(move.Containers!.Where(static one => one.Image is not null).ToDictionary(static one => one.Name!, static one => one.Image!), [], checkpoint)
            {
                BaseImages = move.Containers!.Where(static one => one.BaseImage is not null).ToDictionary(static one => one.Name!, static one => one.BaseImage!),
            }
            : null;

    /// <summary>The merge patch that lets a pod be scheduled which was held back.</summary>
    /// <param name="mark">Null: it replaces nobody, and may run anywhere.</param>
    /// <param name="replaced">The move whose replacement it is. If it has images, the pod goes on from them.</param>
    public static JsonObject WithoutGate(JsonObject held, ReplacementMark? mark, PodMove? replaced = null)
    {
        JsonObject pod = held.DeepClone().AsObject();
        RestoreParts? parts = PartsOf(replaced);
        JsonObject restored = pod;
        if (parts is not null)
        {
            pod["metadata"]!["annotations"] ??= new JsonObject();
            restored = JsonPatch.Apply(pod, RestoreChanges.Of(pod, parts));
        }

        JsonObject spec = new()
        {
            ["schedulingGates"] = new JsonArray([.. pod.At("spec", "schedulingGates").Maps()
                .Where(static gate => gate.At("name").Text() is not PodMigrationNames.Gate).Select(static gate => gate.DeepClone())]),
        };
        if (mark is { Node: not null })
        {
            Pin(pod, mark);
            spec["affinity"] = pod["spec"]!["affinity"]!.DeepClone();
        }

        JsonObject annotations = new()
        {
            [PodMigrationNames.MigrationAnnotation] = mark?.Migration,
            [PodMigrationNames.ReplacesAnnotation] = mark?.Replaces,
            [PodMigrationNames.DestinationAnnotation] = mark?.Node,
        };
        if (parts is not null)
        {
            // Of the containers of a pod that exists, only the images can be changed.
            spec["containers"] = new JsonArray([.. pod.At("spec", "containers").Maps().Select(container => WithImage(container, parts))]);
            annotations[PodNames.RestoredFromAnnotation] = parts.Checkpoint;
            annotations[PodNames.BeforeRestoreAnnotation] = restored.At("metadata", "annotations", PodNames.BeforeRestoreAnnotation)!.DeepClone();
        }

        JsonObject metadata = new() { ["labels"] = new JsonObject { [PodMigrationNames.HeldLabel] = null }, ["annotations"] = annotations };
        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    private static JsonObject WithImage(JsonObject container, RestoreParts parts)
    {
        JsonObject copy = container.DeepClone().AsObject();
        if (parts.Images.TryGetValue(container.At("name").Text() ?? "", out string? image))
        {
            copy["image"] = image;
        }

        return copy;
    }
}
