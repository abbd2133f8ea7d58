using System.Globalization;
using Crik.Bench;

if (args is ["serve", var count, var kubeconfig])
{
    return await ServeByHand.RunAsync(int.Parse(count, CultureInfo.InvariantCulture), kubeconfig);
}

if (args is ["real", var server, var cluster, var number])
{
    await RealMeasurement.PrintAsync(server, cluster, int.Parse(number, CultureInfo.InvariantCulture));
    return 0;
}

if (args is ["slow", var limited])
{
    bool lists = await SlowReaderMeasurement.PrintAsync(limited, 15_000, 1500, "/v1/nodes", goal: 10);
    bool streams = await SlowReaderMeasurement.PrintAsync(limited, 1000, 3500, "/v1/watch", goal: null);
    return lists && streams ? 0 : 1;
}

if (args.Length == 0 || !File.Exists(args[0]))
{
    await Console.Error.WriteLineAsync("""
        usage: NodeStateServerBench SERVER [NODES…]
               NodeStateServerBench slow SERVER
               NodeStateServerBench real SERVER KUBECONFIG NODES
               NodeStateServerBench serve NODES KUBECONFIG
        SERVER is the path of the node-state-server binary.
        """);
    return 64;
}

int[] sizes = args.Length > 1 ? [.. args[1..].Select(text => int.Parse(text, CultureInfo.InvariantCulture))] : [1000, 5000, 15_000];
List<Measurement> measurements = [];
foreach (int size in sizes)
{
    Console.WriteLine($"measuring with {size} Nodes…");
    measurements.Add(await Measurement.TakeAsync(args[0], size));
}

Report.Print(measurements);
return 0;
