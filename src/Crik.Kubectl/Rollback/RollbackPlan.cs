using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.Yaml;

namespace Crik.Kubectl.Rollback;

/// <summary>
/// What a rollback does. It is written to its owner before the first step, so that an interrupted one can be continued
/// when the pod is gone.
/// </summary>
/// <param name="Replicas">How many replicas the owner had. A Job has 1, or 0 while it is suspended.</param>
/// <param name="Helper">The pod that runs `crik rollback`.</param>
internal sealed record RollbackPlan(string Pod, int Generation, long Replicas, long Reduced, JsonObject Helper)
{
    /// <summary>The annotation of the owner.</summary>
    public const string Annotation = "crik.dev/rollback";

    public string HelperName => Helper.Name();

    public string HelperContainer => Helper.Objects("spec", "containers").FirstOrDefault().Text("name") ?? "";

    /// <returns>The plan that an owner carries, or null.</returns>
    public static RollbackPlan? Of(JsonObject owner)
    {
        try
        {
            return owner.Text("metadata", "annotations", Annotation) is { } text && JsonNode.Parse(text) is JsonObject json
                && json.Text("pod") is { } pod && json.Number("generation") is { } generation && json.Number("replicas") is { } replicas
                && json.Number("reduced") is { } reduced && json.At("helper") is JsonObject helper
                ? new RollbackPlan(pod, (int)generation, replicas, reduced, (JsonObject)helper.DeepClone()) : null;
        }
        catch (JsonException)
        {
            return null; // somebody else wrote it, and it is written again
        }
    }

    public string ToText() => YamlWriter.Json(new JsonObject
    {
        ["pod"] = Pod,
        ["generation"] = Generation,
        ["replicas"] = Replicas,
        ["reduced"] = Reduced,
        ["helper"] = Helper.DeepClone(),
    });
}
