using System.Diagnostics;
using Crik.StandIn;

namespace Crik.Bench;

/// <summary>A long-poll for each node at the same time, as there is one for each pod.</summary>
internal sealed class OpenPolls : IDisposable
{
    private readonly RawConnection[] _connections;
    private readonly Task<int>[] _answers;

    private OpenPolls(RawConnection[] connections)
    {
        _connections = connections;
        _answers = [.. connections.Select(connection => connection.ReceiveAsync().AsTask())];
    }

    public static async Task<OpenPolls> OpenAsync(int port, int count)
    {
        RawConnection[] connections = new RawConnection[count];
        for (int i = 0; i < count; i++)
        {
            connections[i] = await RawConnection.OpenAsync(port);
            await connections[i].SendAsync(RawConnection.Get($"/v1/nodes/{StandInNodes.Name(i)}?wait=5m"));
        }

        return new OpenPolls(connections);
    }

    /// <summary>Changes as many nodes, one after the other, while all the others wait on.</summary>
    public async Task<Percentiles> ChangeAsync(StandInCluster cluster, int events)
    {
        List<TimeSpan> times = [];
        for (int i = 0; i < events; i++)
        {
            int which = i * 7919 % _connections.Length;
            string name = StandInNodes.Name(which);
            System.Text.Json.Nodes.JsonObject node = Clusters.Toggled(cluster, name);
            long began = Stopwatch.GetTimestamp();
            cluster.Apply(node);
            int status = await _answers[which];
            times.Add(Stopwatch.GetElapsedTime(began));
            if (status != 200)
            {
                throw new InvalidOperationException($"{name}: {status}");
            }

            await _connections[which].SendAsync(RawConnection.Get($"/v1/nodes/{name}?wait=5m"));
            _answers[which] = _connections[which].ReceiveAsync().AsTask();
        }

        return Percentiles.Of(times);
    }

    /// <summary>After the server's end: how many had an answer before.</summary>
    public async Task<int> CountAnsweredAsync()
    {
        int answered = 0;
        foreach (Task<int> answer in _answers)
        {
            try
            {
                answered += await answer == 200 ? 1 : 0;
            }
            catch (Exception cut) when (cut is IOException or System.Net.Sockets.SocketException)
            {
                // One that was cut off.
            }
        }

        return answered;
    }

    public void Dispose()
    {
        foreach (RawConnection connection in _connections)
        {
            connection.Dispose();
        }
    }
}
