using System.Text.Json.Nodes;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>A node with what is left on it.</summary>
/// <param name="Facts">What the Node says of itself.</param>
/// <param name="Free">What the pods that run there leave of each resource; `pods` too.</param>
internal sealed record MigrationNode(NodeFacts Facts, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, double> Free)
{
    /// <summary>The taints that keep pods away which do not tolerate them.</summary>
    public IReadOnlyList<JsonObject> Taints { get; init; } = [];

    /// <summary>The ports of the node that pods have taken.</summary>
    public IReadOnlyList<HostPort> TakenPorts { get; init; } = [];

    /// <summary>The volumes that are attached to it. Null: the pod has none that has to be.</summary>
    public Attachments? Attachments { get; init; }

    public string Name => Facts.Name;

    /// <param name="node">A Node of the API server.</param>
    /// <param name="pods">All pods of the cluster, or those of this node.</param>
    /// <param name="coming">Pods that are on their way to this node.</param>
    public static MigrationNode Of(JsonObject node, IEnumerable<JsonObject> pods, IEnumerable<JsonObject> coming)
    {
        NodeFacts facts = NodeFacts.Of(node);
        Dictionary<string, double> free = new(StringComparer.Ordinal);
        foreach ((string resource, JsonNode? amount) in node.At("status", "allocatable") as JsonObject ?? [])
        {
            free[resource] = Quantity.Read(amount) ?? 0;
        }

        JsonObject[] there =
        [
            .. pods.Where(pod => pod.At("spec", "nodeName").Text() == facts.Name && pod.At("status", "phase").Text() is not ("Succeeded" or "Failed")),
            .. coming,
        ];
        foreach (JsonObject pod in there)
        {
            foreach ((string resource, double amount) in PodRequests.Of(pod))
            {
                free[resource] = free.GetValueOrDefault(resource) - amount;
            }
        }

        return new MigrationNode(facts, node.At("metadata", "labels").TextMap(), free)
        {
            TakenPorts = [.. there.SelectMany(HostPort.Of)],
            Taints = [.. node.At("spec", "taints").Maps().Where(static taint => taint.At("effect").Text() is "NoSchedule" or "NoExecute")],
        };
    }
}
