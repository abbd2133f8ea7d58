using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>Lets the scheduler choose among some nodes only. Unlike `nodeName`, this keeps taints, resources and volumes in force.</summary>
public static class NodeChoice
{
    /// <summary>The only field of a node by which the scheduler chooses.</summary>
    public const string NameField = "metadata.name";

    private const string Rule = "requiredDuringSchedulingIgnoredDuringExecution";

    /// <summary>The terms of which a node has to match one, or null.</summary>
    public static JsonNode? RequiredTerms(JsonNode? spec) => spec.At("affinity", "nodeAffinity", Rule, "nodeSelectorTerms");

    /// <summary>
    /// What the pod asks for otherwise stays. The API server accepts one name only in each field, so several nodes are named by their
    /// label. Without labels that tell them apart, each node has terms of its own.
    /// </summary>
    public static void Restrict(JsonObject spec, IReadOnlyList<NodeFacts> nodes)
    {
        string[] hostnames = [.. nodes.Select(static node => node.Hostname).OfType<string>().Distinct()];
        Restrict(spec, nodes.Count > 1 && hostnames.Length == nodes.Count
            ? [("matchExpressions", Requirement("kubernetes.io/hostname", hostnames))]
            : [.. nodes.Select(static node => ("matchFields", Requirement(NameField, [node.Name])))]);
    }

    /// <summary>Lets the pod run on one node only. What it asks for otherwise stays.</summary>
    public static void Restrict(JsonObject spec, string node) => Restrict(spec, [("matchFields", Requirement(NameField, [node]))]);

    private static void Restrict(JsonObject spec, IReadOnlyList<(string List, JsonObject Requirement)> choices)
    {
        JsonObject affinity = Map(Map(spec, "affinity"), "nodeAffinity");
        JsonObject[] before = [.. RequiredTerms(spec).Maps()];
        JsonArray terms = [];
        foreach ((string list, JsonObject requirement) in choices)
        {
            foreach (JsonObject term in before.Length > 0 ? before : [[]])
            {
                JsonObject next = term.DeepClone().AsObject();
                next[list] = new JsonArray([.. next.At(list).Maps().Select(static item => item.DeepClone()), requirement.DeepClone()]);
                terms.Add((JsonNode)next);
            }
        }

        affinity[Rule] = new JsonObject { ["nodeSelectorTerms"] = terms };
    }

    /// <summary>
    /// Removes what bound a pod to one node by its name, as a DaemonSet does. A term that has nothing else allows every node, and
    /// with it the whole rule does.
    /// </summary>
    /// <param name="node">Only what bound it to this node. Null: to any.</param>
    public static void Forget(JsonObject spec, string? node = null)
    {
        bool allowsAll = false;
        foreach (JsonObject term in RequiredTerms(spec).Maps())
        {
            JsonObject[] fields = [.. term.At("matchFields").Maps()];
            JsonObject[] kept = [.. fields.Where(field => field.At("key").Text() is not NameField || field.At("operator").Text() is not "In"
                || (node is not null && !(field.At("values") is JsonArray { Count: 1 } values && values[0].Text() == node)))];
            if (kept.Length < fields.Length)
            {
                term["matchFields"] = new JsonArray([.. kept.Select(static field => field.DeepClone())]);
                allowsAll |= kept.Length == 0 && !term.At("matchExpressions").Maps().Any();
            }
        }

        if (allowsAll && spec.At("affinity", "nodeAffinity") is JsonObject affinity)
        {
            affinity.Remove(Rule);
        }
    }

    private static JsonObject Requirement(string key, IEnumerable<string> values) =>
        new() { ["key"] = key, ["operator"] = "In", ["values"] = values.ToList() };

    private static JsonObject Map(JsonObject parent, string key)
    {
        if (parent[key] is not JsonObject map)
        {
            parent[key] = map = [];
        }

        return map;
    }
}
