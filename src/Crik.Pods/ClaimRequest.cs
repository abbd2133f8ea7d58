using System.Text;
using System.Text.Json.Nodes;
using Crik.Pods.Annotations;
using Crik.Pods.Reading;

namespace Crik.Pods;

/// <summary>The PersistentVolumeClaim for checkpoints that an injected pod needs and that somebody has to create.</summary>
/// <param name="Name">The name of the claim, or of the volumeClaimTemplate.</param>
/// <param name="AccessMode">`ReadWriteOnce`, `ReadWriteOncePod` or `ReadWriteMany`.</param>
/// <param name="Size">A quantity, such as `10Gi`.</param>
/// <param name="StorageClass">Null takes the cluster's default class.</param>
/// <param name="IsTemplate">Whether it belongs into `volumeClaimTemplates` of the StatefulSet.</param>
public sealed record ClaimRequest(string Name, string AccessMode, string Size, string? StorageClass, bool IsTemplate)
{
    /// <summary>The claim as an object of the API server, without a namespace and without an owner.</summary>
    public JsonObject ToManifest()
    {
        JsonObject spec = new() { ["accessModes"] = new JsonArray(AccessMode) };
        if (StorageClass is not null)
        {
            spec["storageClassName"] = StorageClass;
        }

        spec["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = Size } };
        JsonObject manifest = IsTemplate ? [] : new() { ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim" };
        manifest["metadata"] = new JsonObject { ["name"] = Name };
        manifest["spec"] = spec;
        return manifest;
    }

    /// <summary>The value of the annotation `crik.dev/claim-request`.</summary>
    public string ToText()
    {
        JsonObject text = new() { ["name"] = Name, ["accessMode"] = AccessMode, ["size"] = Size };
        if (StorageClass is not null)
        {
            text["storageClass"] = StorageClass;
        }

        return text.ToJsonString();
    }

    /// <summary>
    /// Reads the annotation. Whoever may create pods can write it, so it has to be what the annotations of a pod could ask for:
    /// a claim for checkpoints.
    /// </summary>
    /// <returns>Null if it is something else.</returns>
    public static ClaimRequest? Parse(string text)
    {
        JsonObject? map = UntrustedJson.ParseObject(Encoding.UTF8.GetBytes(text));
        return map.At("name").Text() is { } name && name.StartsWith(PodNames.CheckpointsVolume + "-", StringComparison.Ordinal)
            && map.At("accessMode").Text() is { } mode && map.At("size").Text() is { } size
            && AnnotationReader.AcceptsClaim(name, mode, size, map.At("storageClass").Text())
            ? new ClaimRequest(name, mode, size, map.At("storageClass").Text(), IsTemplate: false) : null;
    }
}
