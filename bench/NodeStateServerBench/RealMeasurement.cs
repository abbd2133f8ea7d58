using System.Diagnostics;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;

namespace Crik.Bench;

/// <summary>
/// Measures with a real API server. The results include the time of the API server, which is therefore reported too.
/// </summary>
internal static class RealMeasurement
{
    private const int Events = 500;

    public static async Task PrintAsync(string path, string kubeconfig, int nodes)
    {
        using KubernetesApi api = new(ClusterAccess.Find(kubeconfig, static _ => null), "crik-bench");
        await using RealCluster cluster = new(api, nodes);
        await cluster.FillAsync();

        // These Nodes have no kubelet, so Kubernetes soon marks them as unreachable. They are also unschedulable.
        using ServerProcess server = await ServerProcess.StartAsync(path, kubeconfig, "--disable-signal", "unreachable,cloud-shutdown,cordon,cordon-taint");
        await Task.Delay(1000);
        Console.WriteLine($"{nodes} Nodes in a real API server");
        Console.WriteLine($"from the start to ready: {server.FirstSync.TotalSeconds:0.00} s, resident memory: {server.Memory():0.0} MiB");

        List<TimeSpan> answers = [], patches = [];
        using RawConnection poll = await RawConnection.OpenAsync(server.Port);
        using RawConnection look = await RawConnection.OpenAsync(server.Port);
        for (int i = 0; i < Events; i++)
        {
            string name = RealCluster.Name(i / 2 * 7919 % nodes);
            await poll.SendAsync(RawConnection.Get($"/v1/nodes/{name}?wait=60s"));
            await look.SendAsync(RawConnection.Get($"/v1/nodes/{name}"));
            await look.ReceiveAsync();
            long began = Stopwatch.GetTimestamp();
            Task<TimeSpan> patch = cluster.SetGoesAsync(name, goes: i % 2 == 0);
            await poll.ReceiveAsync();
            answers.Add(Stopwatch.GetElapsedTime(began));
            patches.Add(await patch);
        }

        Percentiles patched = Percentiles.Of(patches), answered = Percentiles.Of(answers);
        Console.WriteLine($"from the change to the answer of the API server: p50 {patched.Half.TotalMilliseconds:0.00} ms, p99 {patched.Most.TotalMilliseconds:0.00} ms");
        Console.WriteLine($"from the change to the answer of a long-poll:    p50 {answered.Half.TotalMilliseconds:0.00} ms, p99 {answered.Most.TotalMilliseconds:0.00} ms");
        Console.WriteLine($"resident memory after {Events} changes: {server.Memory():0.0} MiB");
        await server.StopAsync();
    }
}
