using System.Diagnostics;
using System.Globalization;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>
/// Measures how the server answers questions about single nodes while many clients read lists or streams slowly, with the
/// memory limit of the chart.
/// </summary>
internal static class SlowReaderMeasurement
{
    /// <summary>The memory limit in charts/node-state-server/values.yaml.</summary>
    private const int ChartLimit = 256;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_betweenChanges = TimeSpan.FromMilliseconds(50);

    /// <param name="goal">The longest time in ms that 99 of 100 GETs may take, or null if there is no goal.</param>
    /// <returns>Whether the goals were met.</returns>
    public static async Task<bool> PrintAsync(string path, int nodes, int readers, string what, double? goal)
    {
        StandInCluster cluster = Clusters.Make(nodes);
        await using StandInApiServer api = await StandInApiServer.StartAsync(cluster);
        string kubeconfig = Path.GetTempFileName();
        using MemoryLimit limit = new(ChartLimit);
        try
        {
            await File.WriteAllTextAsync(kubeconfig, api.Kubeconfig("    token: good"));
            using ServerProcess server = await ServerProcess.StartAsync(path, kubeconfig, limit);
            await EventLatency.MeasureAsync(cluster, server.Port, nodes, 200); // warms everything up
            Result result;
            await using (SlowReaders slow = new(server.Port, what, readers))
            {
                result = await MeasureAsync(cluster, server, slow);
            }

            return Print($"{nodes} Nodes beside {readers} slow readers of {what}", result, limit, goal);
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    private static async Task<Result> MeasureAsync(StandInCluster cluster, ServerProcess server, SlowReaders slow)
    {
        List<TimeSpan> times = [];
        double memory = 0;
        string? problem = null;
        using CancellationTokenSource end = new(s_time);
        Task changes = ChangeAsync(cluster, end.Token);
        Task<TimeSpan> probes = ProbeAsync(server, end.Token);
        try
        {
            using RawConnection connection = await RawConnection.OpenAsync(server.Port);
            while (!end.IsCancellationRequested)
            {
                long began = Stopwatch.GetTimestamp();
                await connection.SendAsync(RawConnection.Get($"/v1/nodes/{StandInNodes.Name(times.Count * 7919 % 1000)}"));
                if (await connection.ReceiveAsync() != 200)
                {
                    throw new IOException("a GET was not answered with status 200");
                }

                times.Add(Stopwatch.GetElapsedTime(began));
                memory = times.Count % 20 == 0 ? Math.Max(memory, server.Memory()) : memory;
                await Task.Delay(s_pause);
            }
        }
        catch (Exception cut) when (cut is IOException or System.Net.Sockets.SocketException)
        {
            await Task.Delay(2000); // if the server died, it is gone by then
            problem = server.HasExited ? $"the server ended with exit code {server.ExitCode}" : cut.Message;
            await end.CancelAsync();
        }

        await changes;
        TimeSpan probe = await probes;
        problem ??= probe > TimeSpan.FromSeconds(3) ? "a probe took more than 3 s" : null;
        return new Result(Percentiles.Of(times), times.Count, memory, probe, slow.Count, problem);
    }

    private static async Task ChangeAsync(StandInCluster cluster, CancellationToken cancellationToken)
    {
        for (int i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            cluster.Apply(Clusters.Toggled(cluster, StandInNodes.Name(i * 7919 % 1000)));
            await Task.Delay(s_betweenChanges, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>The longest time that a probe or the metrics took.</returns>
    private static async Task<TimeSpan> ProbeAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        TimeSpan longest = TimeSpan.Zero;
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (string url in (string[])[$"http://127.0.0.1:{server.HealthPort}/healthz", $"http://127.0.0.1:{server.MetricsPort}/metrics"])
            {
                long began = Stopwatch.GetTimestamp();
                try
                {
                    using HttpResponseMessage response = await http.GetAsync(url, CancellationToken.None);
                }
                catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
                {
                    return TimeSpan.MaxValue;
                }

                TimeSpan took = Stopwatch.GetElapsedTime(began);
                longest = took > longest ? took : longest;
            }

            await Task.Delay(500, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return longest;
    }

    private static bool Print(string title, Result result, MemoryLimit limit, double? goal)
    {
        (double most, double tcp) = limit.Used();
        bool isMet = result.Problem is null && !(result.Gets.Most.TotalMilliseconds > goal) && most + tcp <= limit.Mebibytes;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}, with {limit.Mebibytes} MiB:"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  GET of a node, p50 / p99: {result.Gets.Half.TotalMilliseconds:0.00} / {result.Gets.Most.TotalMilliseconds:0.00} ms, of {result.Count}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  resident memory at most {result.Memory:0} MiB; the cgroup used {most:0} MiB, and {tcp:0} MiB for buffers of TCP"));
        Console.WriteLine($"  the slowest probe or metrics: {(result.Probe == TimeSpan.MaxValue ? "no answer" : $"{result.Probe.TotalMilliseconds:0} ms")}");
        Console.WriteLine($"  the readers connected {result.Readers.Connected} times and were refused or disconnected {result.Readers.Refused} times");
        Console.WriteLine($"{(isMet ? "met" : "MISSED")}: {(goal is null ? "" : $"p99 at most {goal} ms, ")}memory within the limit, no crash{(result.Problem is null ? "" : $": {result.Problem}")}");
        return isMet;
    }

    private sealed record Result(Percentiles Gets, int Count, double Memory, TimeSpan Probe, (int Connected, int Refused) Readers, string? Problem);
}
