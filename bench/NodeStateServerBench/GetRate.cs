using System.Diagnostics;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>
/// Measures how many GETs a second the server answers. Each connection stays open and has one request at a time.
/// </summary>
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
                count += await connection.ReceiveAsync() == 200 ? 1 : throw new InvalidOperationException("a GET was not answered with status 200");
            }

            return count;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
