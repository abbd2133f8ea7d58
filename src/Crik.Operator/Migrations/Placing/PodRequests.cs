using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>What a pod asks of its node, as the scheduler counts it.</summary>
internal static class PodRequests
{
    /// <returns>The amount of each resource, and 1 of `pods`.</returns>
    public static IReadOnlyDictionary<string, double> Of(JsonObject pod)
    {
        Dictionary<string, double> sum = new(StringComparer.Ordinal) { ["pods"] = 1 };
        foreach (JsonObject container in pod.At("spec", "containers").Maps().Concat(pod.At("spec", "initContainers").Maps().Where(IsSidecar)))
        {
            Add(sum, container.At("resources", "requests"));
        }

        // The init containers run before, one after the other.
        foreach (JsonObject container in pod.At("spec", "initContainers").Maps().Where(static one => !IsSidecar(one)))
        {
            foreach ((string resource, JsonNode? amount) in container.At("resources", "requests") as JsonObject ?? [])
            {
                sum[resource] = Math.Max(sum.GetValueOrDefault(resource), Quantity.Read(amount) ?? 0);
            }
        }

        Add(sum, pod.At("spec", "overhead"));
        return sum;
    }

    private static void Add(Dictionary<string, double> sum, JsonNode? requests)
    {
        foreach ((string resource, JsonNode? amount) in requests as JsonObject ?? [])
        {
            sum[resource] = sum.GetValueOrDefault(resource) + (Quantity.Read(amount) ?? 0);
        }
    }

    private static bool IsSidecar(JsonObject container) => container.At("restartPolicy").Text() is "Always";
}
