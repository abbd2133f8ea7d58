using Crik.StandIn;

namespace Crik.Bench;

/// <summary>The results for one size of cluster.</summary>
internal sealed record Measurement
{
    private const int GetConnections = 32;
    private const int Events = 2000;
    private static readonly TimeSpan s_getsFor = TimeSpan.FromSeconds(5);

    /// <summary>How many long-polls this process can open. It keeps some files for its other needs.</summary>
    private static readonly int s_mostPolls = OpenFiles.Limit - 500;

    public required int Nodes { get; init; }

    public required int NodeBytes { get; init; }

    public required TimeSpan FirstSync { get; init; }

    public required double Memory { get; init; }

    public required Percentiles EventToAnswer { get; init; }

    public required double GetsPerSecond { get; init; }

    public required double MemoryAfterGets { get; init; }

    public required int Polls { get; init; }

    public required double MemoryWithPolls { get; init; }

    public required TimeSpan ProcessorPerIdleMinute { get; init; }

    public required Percentiles EventToAnswerWithPolls { get; init; }

    public required TimeSpan Shutdown { get; init; }

    public required int AnsweredAtShutdown { get; init; }

    public static async Task<Measurement> TakeAsync(string path, int nodes)
    {
        StandInCluster cluster = Clusters.Make(nodes);
        await using StandInApiServer api = await StandInApiServer.StartAsync(cluster);
        string kubeconfig = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(kubeconfig, api.Kubeconfig("    token: good"));
            using ServerProcess server = await ServerProcess.StartAsync(path, kubeconfig);
            await Task.Delay(1000);
            double memory = server.Memory();

            await EventLatency.MeasureAsync(cluster, server.Port, nodes, 200); // warms everything up
            Percentiles alone = await EventLatency.MeasureAsync(cluster, server.Port, nodes, Events);
            double gets = await GetRate.MeasureAsync(server.Port, GetConnections, s_getsFor);
            double memoryAfterGets = server.Memory();

            int polls = Math.Min(nodes, s_mostPolls);
            using OpenPolls open = await OpenPolls.OpenAsync(server.Port, polls);
            await Task.Delay(2000);
            double memoryWithPolls = server.Memory();
            TimeSpan before = server.ProcessorTime();
            await Task.Delay(5000);
            TimeSpan idle = (server.ProcessorTime() - before) * 12;
            Percentiles withPolls = await open.ChangeAsync(cluster, Events);

            TimeSpan shutdown = await server.StopAsync();
            return new Measurement
            {
                Nodes = nodes,
                NodeBytes = (int)cluster.Snapshot().Nodes.Average(node => node.Json.Length),
                FirstSync = server.FirstSync,
                Memory = memory,
                EventToAnswer = alone,
                GetsPerSecond = gets,
                MemoryAfterGets = memoryAfterGets,
                Polls = polls,
                MemoryWithPolls = memoryWithPolls,
                ProcessorPerIdleMinute = idle,
                EventToAnswerWithPolls = withPolls,
                Shutdown = shutdown,
                AnsweredAtShutdown = await open.CountAnsweredAsync(),
            };
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }
}
