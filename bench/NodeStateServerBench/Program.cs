using Crik.StandIn;

// serve COUNT KUBECONFIG: a stand-in cluster of that many Nodes, to try a server by hand
int count = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture);
StandInCluster cluster = new();
for (int i = 0; i < count; i++)
{
    cluster.Apply(StandInNodes.Make(i));
}

await using StandInApiServer api = await StandInApiServer.StartAsync(cluster);
await File.WriteAllTextAsync(args[2], api.Kubeconfig("    token: good"));
Console.WriteLine(StandInNodes.Make(7).ToJsonString().Length);
while (await Console.In.ReadLineAsync() is { } line)
{
    string[] words = line.Split(' ');
    switch (words[0])
    {
        case "taint": cluster.Edit(words[1], node => StandInNodes.Taint(node, words[2])); break;
        case "untaint": cluster.Edit(words[1], StandInNodes.RemoveTaints); break;
        case "delete": cluster.Delete(words[1]); break;
    }
}
