using Crik.StandIn;

namespace Crik.Bench;

/// <summary>
/// Runs a stand-in for a cluster, to try the server by hand. Its commands on standard input are `taint NODE KEY`,
/// `untaint NODE` and `delete NODE`.
/// </summary>
internal static class ServeByHand
{
    public static async Task<int> RunAsync(int count, string kubeconfig)
    {
        StandInCluster cluster = Clusters.Make(count);
        await using StandInApiServer api = await StandInApiServer.StartAsync(cluster);
        await File.WriteAllTextAsync(kubeconfig, api.Kubeconfig("    token: good"));
        Console.WriteLine($"the stand-in for an API server is at {api.Address} and has {count} Nodes, such as {StandInNodes.Name(0)}");
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
                    Console.WriteLine("the commands are: taint NODE KEY, untaint NODE, delete NODE");
                    break;
            }
        }

        return 0;
    }
}
