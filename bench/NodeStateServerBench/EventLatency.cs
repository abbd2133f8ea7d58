using System.Diagnostics;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>
/// Measures the time from an event of the API server to the answer of a long-poll that waits for it. One event follows
/// another.
/// </summary>
internal static class EventLatency
{
    public static async Task<Percentiles> MeasureAsync(StandInCluster cluster, int port, int nodes, int events)
    {
        using RawConnection connection = await RawConnection.OpenAsync(port);
        using RawConnection look = await RawConnection.OpenAsync(port);
        List<TimeSpan> times = [];
        for (int i = 0; i < events; i++)
        {
            string name = StandInNodes.Name(i * 7919 % nodes);
            System.Text.Json.Nodes.JsonObject node = Clusters.Toggled(cluster, name);
            await connection.SendAsync(RawConnection.Get($"/v1/nodes/{name}?wait=60s"));

            // When this request is answered, the long-poll that was sent before it is open.
            await look.SendAsync(RawConnection.Get($"/v1/nodes/{name}"));
            await look.ReceiveAsync();
            long began = Stopwatch.GetTimestamp();
            cluster.Apply(node);
            int status = await connection.ReceiveAsync();
            times.Add(Stopwatch.GetElapsedTime(began));
            if (status != 200)
            {
                throw new InvalidOperationException($"the long-poll of {name} was answered with status {status}, not 200");
            }
        }

        return Percentiles.Of(times);
    }
}
