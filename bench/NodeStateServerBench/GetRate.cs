using System.Diagnostics;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>As many GETs as come back, over kept connections, one at a time on each.</summary>
internal static class GetRate
{
    public static async Task<double> MeasureAsync(int port, int connections, TimeSpan time)
    {
        byte[] request = RawConnection.Get($"/v1/nodes/{StandInNodes.Name(1)}");
        long began = Stopwatch.GetTimestamp();
        int[] counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using RawConnection connection = await RawConnection.OpenAsync(port);
            int count = 0;
            while (Stopwatch.GetElapsedTime(began) < time)
            {
                await connection.SendAsync(request);
                count += await connection.ReceiveAsync() == 200 ? 1 : throw new InvalidOperationException("not 200");
            }

            return count;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
