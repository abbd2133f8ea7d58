using Crik.StandIn;

namespace Crik.Bench;

/// <summary>A stand-in cluster to try a server against: `taint NODE KEY`, `untaint NODE`, `delete NODE` on standard input.</summary>
internal static class ServeByHand
{
    public static async Task<int> RunAsync(int count, string kubeconfig)
    {
        StandInCluster cluster = Clusters.Make(count);
        await using StandInApiServer api = await StandInApiServer.StartAsync(cluster);
        await File.WriteAllTextAsync(kubeconfig, api.Kubeconfig("    token: good"));
        Console.WriteLine($"{count} Nodes such as {StandInNodes.Name(0)} at {api.Address}");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["taint", var node, var key]:
                    cluster.Edit(node, document => StandInNodes.Taint(document, key));
                    break;
                case ["untaint", var node]:
                    cluster.Edit(node, StandInNodes.RemoveTaints);
                    break;
                case ["delete", var node]:
                    cluster.Delete(node);
                    break;
                default:
                    Console.WriteLine("taint NODE KEY, untaint NODE, delete NODE");
                    break;
            }
        }

        return 0;
    }
}

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

    /// <summary>A Node's next document: with the taint of a node that goes, or without it where it has it.</summary>
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
