using System.Diagnostics;
using Crik.StandIn.Moving;

namespace Crik.MigrationBench;

/// <summary>What it cost the operator to move many pods.</summary>
internal sealed record MoveMeasurement(int Moves, int Open, TimeSpan Took, TimeSpan ProcessorTime)
{
    private const int Nodes = 20;

    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(15);

    /// <summary>The resident memory in MiB: before the moves, the most of it, and a while after the moves.</summary>
    public required (double Before, double Peak, double After) Memory { get; init; }

    /// <summary>The requests that the API server has counted.</summary>
    public required IReadOnlyList<(string What, long Requests, long Bytes)> Requests { get; init; }

    /// <summary>How many the operator has counted.</summary>
    public required long CountedByOperator { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    public static async Task<MoveMeasurement> TakeAsync(string path, int moves, int open)
    {
        await using MovingCluster cluster = await MovingCluster.StartAsync(moves, spaces: 10, Nodes, new MovingTimes(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
        string directory = Directory.CreateTempSubdirectory("crik-moves-").FullName;
        string kubeconfig = Path.Combine(directory, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, cluster.Api.Kubeconfig("    token: none"));
        using OperatorProcess server = await OperatorProcess.StartAsync(path, kubeconfig, Path.Combine(directory, "log"));
        using WebhookCaller webhook = new(server.Webhook);
        cluster.Resources.Admit = webhook.AdmitAsync;
        await Task.Delay(s_quiet);

        double before = server.Resident;
        IReadOnlyDictionary<string, (long, long)> requests = cluster.Resources.Counts.All;
        (long counted, TimeSpan worked, long began) = (await server.RequestsAsync(), server.ProcessorTime, Stopwatch.GetTimestamp());
        await MoveAsync(cluster, open);
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        MoveMeasurement measured = new(cluster.Programs.Count, open, took, server.ProcessorTime - worked)
        {
            Requests = cluster.Resources.Counts.Since(requests),
            CountedByOperator = await server.RequestsAsync() - counted,
            Problems = [.. cluster.Problems(), .. webhook.Failures == 0 ? [] : (string[])[$"the webhook did not answer {webhook.Failures} times"]],
            Memory = (before, server.Peak, 0),
        };
        await Task.Delay(s_quiet);
        measured = measured with { Memory = (before, server.Peak, server.Resident) };
        Directory.Delete(directory, recursive: true);
        return measured;
    }

    public void Print(TextWriter output)
    {
        long all = Requests.Sum(static one => one.Requests);
        output.WriteLine($"{Moves} moves, {Open} open at a time: {Took.TotalSeconds:0} s, {ProcessorTime.TotalSeconds:0.0} s of processor time");
        output.WriteLine($"memory: {Memory.Before:0} MiB before, {Memory.Peak:0} MiB at most, {Memory.After:0} MiB after");
        output.WriteLine($"requests: {all / (double)Moves:0.0} per move, {all / Took.TotalSeconds:0} per second; the operator counts {CountedByOperator} of {all}");
        foreach ((string what, long requests, long bytes) in Requests)
        {
            output.WriteLine($"  {requests / (double)Moves,8:0.00} {what,-40} {bytes / (double)Moves / 1024,10:0.0} KiB");
        }

        foreach (string problem in Problems.Take(20))
        {
            output.WriteLine($"WRONG: {problem}");
        }
    }

    /// <summary>Asks for the next move when one has ended, as a drain does.</summary>
    private static async Task MoveAsync(MovingCluster cluster, int open)
    {
        int ordered = 0;
        await cluster.UntilAsync(() =>
        {
            int ended = cluster.Ended();
            while (ordered < cluster.Programs.Count && ordered - ended < open)
            {
                cluster.Order(cluster.Programs[ordered++]);
            }

            return ended == cluster.Programs.Count;
        });
    }
}
