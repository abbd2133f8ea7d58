using Crik.StandIn;

namespace Crik.Bench;

internal static class Clusters
{
    public static StandInCluster Make(int count)
    {
        StandInCluster cluster = new();
        for (int i = 0; i < count; i++)
        {
            cluster.Apply(StandInNodes.Make(i));
        }

        return cluster;
    }

    /// <summary>
    /// Returns a copy of a Node with the taint of a node that is going away, or without it if the Node has it.
    /// </summary>
    public static System.Text.Json.Nodes.JsonObject Toggled(StandInCluster cluster, string name)
    {
        System.Text.Json.Nodes.JsonObject node = cluster.Get(name);
        if (node["spec"]!["taints"] is null)
        {
            StandInNodes.Taint(node, "ToBeDeletedByClusterAutoscaler", value: "1772445600");
        }
        else
        {
            StandInNodes.RemoveTaints(node);
        }

        return node;
    }
}
