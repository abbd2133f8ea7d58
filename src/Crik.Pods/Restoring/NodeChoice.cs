using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>Lets the scheduler choose among some nodes only. Unlike `nodeName`, this keeps taints, resources and volumes in force.</summary>
internal static class NodeChoice
{
    private const string Rule = "requiredDuringSchedulingIgnoredDuringExecution";

    /// <summary>The API server accepts one name only in each term, so each node has a term, with all that the pod asks for otherwise.</summary>
    public static void Restrict(JsonObject spec, IReadOnlyList<string> nodes)
    {
        JsonObject affinity = Map(Map(spec, "affinity"), "nodeAffinity");
        JsonObject[] before = [.. affinity.At(Rule, "nodeSelectorTerms").Maps()];
        JsonArray terms = [];
        foreach (string node in nodes)
        {
            foreach (JsonObject term in before.Length > 0 ? before : [[]])
            {
                JsonObject next = term.DeepClone().AsObject();
                JsonArray fields = next["matchFields"] as JsonArray ?? [];
                fields.Add((JsonNode)new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) });
                next["matchFields"] = fields.Parent is null ? fields : next["matchFields"];
                terms.Add((JsonNode)next);
            }
        }

        affinity[Rule] = new JsonObject { ["nodeSelectorTerms"] = terms };
    }

    private static JsonObject Map(JsonObject parent, string key)
    {
        if (parent[key] is not JsonObject map)
        {
            parent[key] = map = [];
        }

        return map;
    }
}
