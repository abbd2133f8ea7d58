using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>
/// Keeps of a pod what the choice of a node needs. All pods of the cluster are in memory at that time, and most of each is of no use. It is pure.
/// </summary>
internal static class PlacedPod
{
    private static readonly string[] s_container = ["resources", "ports", "restartPolicy"];

    public static JsonObject Of(JsonObject pod) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = Copy(pod, "metadata", "name"),
            ["namespace"] = Copy(pod, "metadata", "namespace"),
            ["uid"] = Copy(pod, "metadata", "uid"),
            ["deletionTimestamp"] = Copy(pod, "metadata", "deletionTimestamp"),
            ["annotations"] = new JsonObject { [PodMigrationNames.ReplacesAnnotation] = Copy(pod, "metadata", "annotations", PodMigrationNames.ReplacesAnnotation) },
        },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = Copy(pod, "spec", "nodeName"),
            ["overhead"] = Copy(pod, "spec", "overhead"),
            ["containers"] = Containers(pod.At("spec", "containers")),
            ["initContainers"] = Containers(pod.At("spec", "initContainers")),
            ["volumes"] = new JsonArray([.. pod.At("spec", "volumes").Maps().Where(static volume => volume.ContainsKey("persistentVolumeClaim")).Select(static volume => volume.DeepClone())]),
        },
        ["status"] = new JsonObject { ["phase"] = Copy(pod, "status", "phase") },
    };

    private static JsonNode? Copy(JsonObject pod, params string[] path) => pod.At(path)?.DeepClone();

    private static JsonArray Containers(JsonNode? containers) => new([.. containers.Maps().Select(static container =>
        new JsonObject(s_container.Where(container.ContainsKey).Select(key => KeyValuePair.Create(key, container[key]?.DeepClone()))))]);
}
